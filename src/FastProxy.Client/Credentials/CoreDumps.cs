using FastProxy.Client.Native;

namespace FastProxy.Client.Credentials;

/// <summary>Keeps secrets in memory out of core dumps, and other processes of the same user from attaching.</summary>
public static class CoreDumps
{
    /// <summary>Switches them off for this process, unless <c>FASTPROXY_DUMP=1</c> asks for them.</summary>
    public static void Disable()
    {
        if (Environment.GetEnvironmentVariable("FASTPROXY_DUMP") == "1")
        {
            return;
        }

        var none = default(ResourceLimit);
        _ = LibC.SetResourceLimit(LibC.CoreLimit, in none);
        _ = LibC.ProcessControl(LibC.SetDumpable, 0, 0, 0, 0);
    }
}
