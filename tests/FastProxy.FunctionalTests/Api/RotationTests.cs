using System.Collections.Concurrent;
using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Stock;

namespace FastProxy.FunctionalTests.Api;

/// <summary>A secret is rotated while clients go on: none of them notices before the end of the overlap.</summary>
public sealed class RotationTests
{
    private const string Host = "rotation.test.localhost";

    private static readonly TimeSpan s_overlap = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Nobody_is_refused_within_the_overlap_and_the_old_secret_within_a_second_after_it()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var old = await gateway.AdmitAsync(Host, string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}"));
        var requests = new ConcurrentBag<Request>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var before = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clients = new List<Task> { LoadAsync(gateway, old, "old", requests, before, stop.Token), LoadAsync(gateway, old, "old", requests, before, stop.Token) };
        await before.Task.WaitAsync(limit.Token);

        var rotated = await gateway.Cli.JsonAsync("token", "rotate", "rotation-test-localhost", "--keep-old", "20s");
        var end = rotated.GetProperty("previous_client_secret_expires_at").GetDateTimeOffset();
        var fresh = old with { Secret = rotated.GetProperty("client_secret").GetString()! };
        clients.Add(LoadAsync(gateway, fresh, "new", requests, null, stop.Token));
        clients.Add(LoadAsync(gateway, fresh, "new", requests, null, stop.Token));

        // The API shows whole seconds; the true end is up to one later. On until both have asked beyond it.
        var over = end + TimeSpan.FromSeconds(2);
        while (new[] { "old", "new" }.Any(secret => !requests.Any(request => request.Secret == secret && request.Sent > over)))
        {
            await Task.Delay(100, limit.Token);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        var within = requests.Where(request => request.Answered < end).ToList();
        var beyond = requests.Where(request => request.Sent > over).ToList();
        Assert.All(requests.Where(request => request.Secret == "new"), request => Assert.Equal(101, request.Status));
        Assert.All(within, request => Assert.Equal(101, request.Status));
        Assert.All(beyond.Where(request => request.Secret == "old"), request => Assert.Equal(401, request.Status));
        Assert.True(within.Count(request => request.Secret == "old") > 10, $"{within.Count} requests within the overlap of {s_overlap}");
        Assert.True(within.Count(request => request.Secret == "new") > 5, $"{within.Count} requests within the overlap of {s_overlap}");
        Assert.Contains(beyond, request => request.Secret == "old");
        Assert.Contains(beyond, request => request.Secret == "new");
    }

    private static async Task LoadAsync(
        GatewayProcess gateway, ServiceToken token, string secret, ConcurrentBag<Request> requests, TaskCompletionSource? begun, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            // Not cancelled half-way: every request that was sent is judged.
            await using var stream = await gateway.ConnectTlsAsync(Host, CancellationToken.None);
            var sent = TimeProvider.System.GetUtcNow();
            var handshake = await StockCloudflaredClient.ConnectAsync(stream, gateway.Address(Host), token.Headers, CancellationToken.None);
            requests.Add(new Request(secret, sent, TimeProvider.System.GetUtcNow(), handshake.Head.Status));
            if (handshake.Client is { } client)
            {
                await client.DisposeAsync();
            }

            if (++count == 5)
            {
                begun?.TrySetResult();
            }
        }
    }

    private sealed record Request(string Secret, DateTimeOffset Sent, DateTimeOffset Answered, int Status);
}
