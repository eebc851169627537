namespace FastProxy.Transport.Sockets;

/// <summary>The pipes of the process: as many flows as get one go through the kernel, the others are copied. Thread-safe.</summary>
internal static class KernelPipes
{
    /// <summary>
    /// Half of what pipe(7) lets an unprivileged user have (pipe-user-pages-soft, 64 MiB), so that a gateway and a bastion of one user get
    /// their share; and 64 descriptors, out of the 200 that the limits leave free.
    /// </summary>
    private const int Most = 32;

    /// <summary>Free ones that are kept; their pages count as the user's as long as they are open.</summary>
    public const int MostFree = 8;

    /// <summary>A system that refused a pipe (descriptors, pages) is not asked again for so long, in milliseconds.</summary>
    private const long RetryAfter = 1000;

    private static readonly Stack<KernelPipe> s_free = new(MostFree);
    private static int s_made;
    private static long s_notBefore = long.MinValue;

    /// <summary>An empty pipe, or null when all are in use.</summary>
    public static KernelPipe? TryRent()
    {
        lock (s_free)
        {
            if (s_free.TryPop(out var pipe))
            {
                return pipe;
            }

            if (s_made == Most || Environment.TickCount64 < s_notBefore)
            {
                return null;
            }

            if (KernelPipe.TryCreate() is not { } made)
            {
                s_notBefore = Environment.TickCount64 + RetryAfter;
                return null;
            }

            s_made++;
            return made;
        }
    }

    /// <summary>Makes no pipes any more: splice(2) does not work here (a seccomp filter forbids it).</summary>
    public static void GiveUp()
    {
        lock (s_free)
        {
            s_notBefore = long.MaxValue;
        }
    }

    /// <summary>Takes a pipe back. One that still holds bytes is closed, so that they can never reach another session.</summary>
    public static void Return(KernelPipe pipe)
    {
        lock (s_free)
        {
            if (pipe.Held == 0 && s_free.Count < MostFree && s_notBefore != long.MaxValue)
            {
                s_free.Push(pipe);
                return;
            }

            s_made--;
        }

        pipe.Dispose();
    }
}
