using System.Net.Sockets;

namespace FastProxy.Tests.Transport.Splicing;

/// <summary>A sender that never pauses, and a receiver that takes as much as it is told.</summary>
internal sealed class BulkFlow
{
    private readonly Socket _from;
    private readonly Socket _to;
    private readonly Task _sending;
    private volatile bool _ended;

    private BulkFlow(Socket from, Socket to)
    {
        (_from, _to) = (from, to);
        _sending = Task.Run(Send);
    }

    public static BulkFlow Start(Socket from, Socket to) => new(from, to);

    public Task PassAsync(long bytes) => Task.Run(() =>
    {
        var buffer = new byte[1 << 20];
        for (int count; bytes > 0; bytes -= count)
        {
            count = _to.Receive(buffer);
            Assert.NotEqual(0, count);
        }
    });

    public async Task EndAsync()
    {
        _ended = true;
        var buffer = new byte[1 << 20];
        await Task.Run(() =>
        {
            while (_to.Receive(buffer) > 0)
            {
            }
        });
        await _sending;
    }

    private void Send()
    {
        var bytes = new byte[1 << 20];
        try
        {
            while (!_ended)
            {
                _from.Send(bytes);
            }

            _from.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test has cut the connection.
        }
    }
}
