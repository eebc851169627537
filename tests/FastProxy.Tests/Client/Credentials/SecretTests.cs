using FastProxy.Client.Credentials;

namespace FastProxy.Tests.Client.Credentials;

public sealed class SecretTests
{
    [Fact]
    public void Is_never_printed_by_itself_or_by_what_holds_it()
    {
        var credential = new ClientCredential(new ServiceCredential("id.access", new Secret("hunter2")), new Secret("hunter2"));
        var options = new CredentialOptions { ClientSecret = new Secret("hunter2") };

        Assert.DoesNotContain("hunter2", $"{credential} {options} {new Secret("hunter2")}", StringComparison.Ordinal);
        Assert.Equal("hunter2", credential.Token!.Reveal());
    }

    [Fact]
    public void Is_gone_when_disposed()
    {
        var secret = new Secret("hunter2");

        secret.Dispose();

        Assert.Equal(new string('\0', 7), secret.Reveal());
    }
}
