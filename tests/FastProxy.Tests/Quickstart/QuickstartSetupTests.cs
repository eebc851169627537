using FastProxy.Access.Applications;
using FastProxy.Access.Tokens;
using FastProxy.Quickstart;
using FastProxy.Storage;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Quickstart;

public sealed class QuickstartSetupTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteAccessStore? _store;

    public Task InitializeAsync()
    {
        _store = SqliteAccessStore.Open(_directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store!.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("nothing", true)]
    [InlineData("disabled", true)]
    [InlineData("expired", true)]
    [InlineData("another secret", false)]
    [InlineData("another id", false)]
    [InlineData("no secret", false)]
    [InlineData("disabled, no secret", false)]
    public async Task The_credentials_it_leaves_work_whatever_became_of_them(string since, bool sameSecret)
    {
        await ApplyAsync();
        var before = await File.ReadAllTextAsync(Path.Combine(_directory.Data, "client-secret"));
        Assert.True(_store!.Current.TryGetTokenByName(QuickstartSetup.TokenName, out var token));
        var now = TimeProvider.System.GetUtcNow();
        var changed = await _store.UpdateTokenAsync(
            token.Id,
            current => since switch
            {
                "disabled" or "disabled, no secret" => current with { Enabled = false },
                "expired" => current with { ExpiresAt = now.AddHours(-1) },
                "another secret" => current with { Secret = ClientSecret.Create().ToHash(), SecretVersion = current.SecretVersion + 1 },
                _ => current,
            },
            CancellationToken.None);
        Assert.True(changed.IsOk, changed.Message);
        if (since == "another id")
        {
            await File.WriteAllTextAsync(Path.Combine(_directory.Data, "client-id"), "0123.access\n");
        }
        else if (since.EndsWith("no secret", StringComparison.Ordinal))
        {
            File.Delete(Path.Combine(_directory.Data, "client-secret"));
        }

        var setup = await ApplyAsync();

        var id = (await File.ReadAllTextAsync(setup.IdFile)).TrimEnd();
        var secret = await File.ReadAllTextAsync(setup.SecretFile);
        Assert.Equal(AuthenticationStatus.Authenticated, TokenAuthenticator.Authenticate(_store.Current, id, secret.TrimEnd(), TimeProvider.System.GetUtcNow()).Status);
        Assert.Equal(sameSecret, secret == before);
        Assert.Equal(since == "expired", _store.Current.Tokens[0].ExpiresAt != token.ExpiresAt);
    }

    private async Task<QuickstartSetup> ApplyAsync()
    {
        Assert.True(Origin.TryParse("tcp://127.0.0.1:22", out var origin, out var error), error);
        var setup = new QuickstartSetup(_store!, _directory.Data, TimeProvider.System);
        Assert.Null(await setup.ApplyAsync(origin, CancellationToken.None));
        return setup;
    }
}
