using System.Runtime.InteropServices;
using FastProxy.Client.Native;
using Microsoft.Win32.SafeHandles;

namespace FastProxy.Client.Agent;

/// <summary>
/// Hands ssh a connected socket in place of a proxy process (<c>ProxyUseFdpass yes</c>, ssh_config(5)): one byte with the descriptor beside
/// it on standard output, which ssh has made a unix socket.
/// </summary>
public static class DescriptorPassing
{
    private const int StandardOutput = 1;

    /// <summary>Passes a descriptor on standard output. Null where that went well, else why it did not.</summary>
    public static string? Pass(int descriptor)
    {
        using var output = new SafeFileHandle(StandardOutput, ownsHandle: false);
        using var passed = new SafeFileHandle(descriptor, ownsHandle: false);
        return PassedDescriptor.Send(output, [0], passed, flags: 0) == 1 ? null : Marshal.GetLastPInvokeErrorMessage();
    }
}
