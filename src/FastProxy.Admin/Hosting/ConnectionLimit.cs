using Microsoft.AspNetCore.Connections;

namespace FastProxy.Admin.Hosting;

/// <summary>
/// How many connections an address serves at once; further ones are closed. One for each address: who fills the TCP one does not keep the
/// owner from the socket.
/// </summary>
internal sealed class ConnectionLimit(int limit)
{
    private int _count;

    /// <summary>Adds the limit to an address's pipeline.</summary>
    public ConnectionDelegate Use(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _count) <= limit)
            {
                await next(connection);
            }
            else
            {
                connection.Abort();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    };
}
