using FastProxy.Client.Bastion;
using FastProxy.Testing;
using FastProxy.Tests.Storage;

namespace FastProxy.Tests.Client.Bastion;

public sealed class UserNamesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();

    private string File => Path.Combine(_directory.Root, "passwd");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0, "root")]
    [InlineData(1000, "ci")]
    [InlineData(1001, null)]
    [InlineData(1002, null)]
    [InlineData(65534, null)]
    public void A_number_has_the_first_name_that_the_file_gives_it(uint user, string? name)
    {
        System.IO.File.WriteAllText(
            File,
            $"root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nci:x:1000:1000::/:\nnobody:x:65534:65534::/:\n:x:1001:1::/:\n{new string('a', 65)}:x:1002:1::/:\nbroken:x\n#\n");
        using var names = new UserNames(File, _time);

        Assert.Equal(name, names.Find(user));
    }

    [Fact]
    public void Changes_count_within_a_minute_and_without_the_file_there_are_no_names()
    {
        using var names = new UserNames(File, _time);
        Assert.Null(names.Find(1000));

        System.IO.File.WriteAllText(File, "ci:x:1000:1000::/:\n");
        Assert.Null(names.Find(1000));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("ci", names.Find(1000));

        System.IO.File.WriteAllText(File, "renamed:x:1000:1000::/:\n");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("renamed", names.Find(1000));

        System.IO.File.Delete(File);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(names.Find(1000));
    }

    [Fact]
    public void A_file_that_no_machine_has_is_not_read()
    {
        System.IO.File.WriteAllText(File, "ci:x:1000:1000::/:\n" + new string('#', 1 << 20));
        using var names = new UserNames(File, _time);

        Assert.Null(names.Find(1000));
    }
}
