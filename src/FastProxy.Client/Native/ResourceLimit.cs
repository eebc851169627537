using System.Runtime.InteropServices;

namespace FastProxy.Client.Native;

/// <summary><c>struct rlimit</c> on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}
