using System.Runtime.InteropServices;
using FastProxy.Client.Native;

namespace FastProxy.Client.Agent;

/// <summary>
/// Hands ssh a connected socket in place of a proxy process (<c>ProxyUseFdpass yes</c>, ssh_config(5)): one byte with the descriptor beside
/// it (SCM_RIGHTS, unix(7)) on standard output, which ssh has made a unix socket.
/// </summary>
public static unsafe class DescriptorPassing
{
    private const int StandardOutput = 1;

    /// <summary>Passes a descriptor on standard output. Null where that went well, else why it did not.</summary>
    public static string? Pass(int descriptor)
    {
        byte one = 0;
        var vector = new LibC.Vector { Base = &one, Length = 1 };
        var control = new LibC.DescriptorMessage
        {
            Length = LibC.DescriptorMessage.LengthWithoutPadding,
            Level = LibC.SocketLevel,
            Type = LibC.PassDescriptors,
            Descriptor = descriptor,
        };
        var message = new LibC.MessageHeader { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = sizeof(LibC.DescriptorMessage) };
        nint sent;
        do
        {
            sent = LibC.SendMessage(StandardOutput, &message, LibC.NoSignal);
        }
        while (sent < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        return sent == 1 ? null : Marshal.GetLastPInvokeErrorMessage();
    }
}
