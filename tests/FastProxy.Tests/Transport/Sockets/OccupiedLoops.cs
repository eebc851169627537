using System.Net.Sockets;
using FastProxy.Transport.Sockets;

namespace FastProxy.Tests.Transport.Sockets;

/// <summary>
/// Has every event loop watch a descriptor already, so that a watch of it is refused to whoever asks (EEXIST of epoll_ctl(2)), as it is where
/// the kernel has no room for one; until it is disposed.
/// </summary>
internal sealed class OccupiedLoops : IDisposable
{
    private readonly LoopSocket _nobody = new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
    private readonly SafeSocketHandle _handle;
    private readonly Dictionary<EventLoop, ulong> _tickets = [];

    public OccupiedLoops(int descriptor)
    {
        _handle = new SafeSocketHandle(descriptor, ownsHandle: false);
        while (_tickets.Count < Environment.ProcessorCount)
        {
            // Each in turn, though others take turns, too.
            var loop = EventLoop.Pick();
            if (!_tickets.ContainsKey(loop))
            {
                Assert.Equal(0, loop.Add(_nobody, _handle, out var ticket));
                _tickets[loop] = ticket;
            }
        }
    }

    public void Dispose()
    {
        foreach (var (loop, ticket) in _tickets)
        {
            loop.Remove(ticket, _handle);
        }

        _tickets.Clear();
        _nobody.Dispose();
    }
}
