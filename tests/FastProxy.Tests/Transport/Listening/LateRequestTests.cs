using System.Net;
using System.Net.Sockets;
using FastProxy.Transport.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Transport.Listening;

/// <summary>A request that comes at the very end of the handshake's deadline: it is in time, or it is reset, and never both.</summary>
public sealed class LateRequestTests : IServiceProvider
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_that_is_there_stays_although_the_timer_has_begun()
    {
        await RunAsync(
            async (connection, timer) =>
            {
                Assert.True(connection.RequestArrived());
                timer.Run();
                Assert.True(connection.RequestArrived());
                await connection.Transport.Output.WriteAsync(new byte[] { 42 });
            },
            async client =>
            {
                var answer = new byte[1];
                Assert.Equal(1, await client.ReceiveAsync(answer).WaitAsync(s_patience));
                Assert.Equal(42, answer[0]);
            });
    }

    [Fact]
    public async Task One_that_comes_after_the_timer_has_begun_is_told_so()
    {
        await RunAsync(
            (connection, timer) =>
            {
                timer.Run();
                Assert.False(connection.RequestArrived());
                Assert.False(connection.RequestArrived());
                return Task.CompletedTask;
            },
            async client => Assert.Equal(
                SocketError.ConnectionReset,
                (await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[1]).WaitAsync(s_patience))).SocketErrorCode));
    }

    public object? GetService(Type serviceType) => null;

    private async Task RunAsync(Func<SocketConnection, BegunTimer, Task> serve, Func<Socket, Task> ask)
    {
        var timer = new BegunTimer();
        using var admission = new ConnectionAdmission(10, 10);
        await using var listener = await new SocketListenerFactory(admission, TimeSpan.FromSeconds(25), NullLoggerFactory.Instance, TimeProvider.System)
            .BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.EndPoint);
        var pipeline = new ConnectionBuilder(this)
            .UseHandshakeDeadline(TimeSpan.FromSeconds(1), timer, NullLogger.Instance)
            .Use(_ => connection => serve(connection.Features.Get<SocketConnection>()!, timer))
            .Build();

        await using (var accepted = (await listener.AcceptAsync().AsTask().WaitAsync(s_patience))!)
        {
            await pipeline(accepted).WaitAsync(s_patience);
            await ask(client);
        }
    }

    /// <summary>A clock with one timer, whose callback has begun whenever the test says so: disposing it no longer helps.</summary>
    private sealed class BegunTimer : TimeProvider, ITimer
    {
        private Action? _callback;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            return this;
        }

        public void Run() => _callback!();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
