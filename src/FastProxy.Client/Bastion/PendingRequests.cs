namespace FastProxy.Client.Bastion;

/// <summary>
/// How many connections of each local user have no session yet: their request is being read, or they are being refused. All listeners draw on
/// one number of connections, so without a bound of his own a user who opens many and says nothing keeps everybody else out. Thread-safe.
/// </summary>
/// <param name="sessions">Connections that the bastion holds at once.</param>
internal sealed class PendingRequests(int sessions)
{
    /// <summary>
    /// For one user. A request comes in the moment in which its connection is made, so that hundreds of ssh begun together stay far below
    /// it; of the 10,000 connections that a bastion holds usually, it is a twentieth.
    /// </summary>
    private const int Most = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, int> _pending = [];
    private volatile int _mostPerUser = Share(sessions);

    /// <summary>For one user: 512, and where descriptors are few no more than a quarter of all connections.</summary>
    public int MostPerUser => _mostPerUser;

    /// <summary>The bastion holds another number of connections from now on.</summary>
    public void Resize(int connections) => _mostPerUser = Share(connections);

    /// <summary>Takes a place; false where the user has as many as may be.</summary>
    public bool TryEnter(uint userId)
    {
        lock (_gate)
        {
            var pending = _pending.GetValueOrDefault(userId);
            if (pending >= _mostPerUser)
            {
                return false;
            }

            _pending[userId] = pending + 1;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(uint userId)
    {
        lock (_gate)
        {
            if (--_pending[userId] is var left && left == 0)
            {
                // Users come and go for as long as the process lives.
                _pending.Remove(userId);
            }
        }
    }

    private static int Share(int connections) => Math.Clamp(connections / 4, 1, Most);
}
