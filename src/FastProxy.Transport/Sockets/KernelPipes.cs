namespace FastProxy.Transport.Sockets;

/// <summary>The pipes of the process: as many flows as get one go through the kernel, the others are copied. Thread-safe.</summary>
internal static class KernelPipes
{
    /// <summary>
    /// Half of what pipe(7) lets an unprivileged user have (pipe-user-pages-soft, 64 MiB), so that a gateway and a bastion of one user get
    /// their share; and 64 descriptors, out of the 200 that the limits leave free.
    /// </summary>
    private const int Most = 32;

    private static readonly Stack<KernelPipe> s_free = new(Most);
    private static int s_made;

    /// <summary>An empty pipe, or null when all are in use.</summary>
    public static KernelPipe? TryRent()
    {
        lock (s_free)
        {
            if (s_free.TryPop(out var pipe))
            {
                return pipe;
            }

            if (s_made == Most || KernelPipe.TryCreate() is not { } made)
            {
                return null;
            }

            s_made++;
            return made;
        }
    }

    /// <summary>Takes a pipe back. One that still holds bytes is closed, so that they can never reach another session.</summary>
    public static void Return(KernelPipe pipe)
    {
        lock (s_free)
        {
            if (pipe.Held == 0)
            {
                s_free.Push(pipe);
                return;
            }

            s_made--;
        }

        pipe.Dispose();
    }
}
