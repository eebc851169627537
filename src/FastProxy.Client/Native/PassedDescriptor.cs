using System.Runtime.InteropServices;

namespace FastProxy.Client.Native;

/// <summary>Bytes on a unix socket with a descriptor beside the first of them (SCM_RIGHTS, unix(7)).</summary>
internal static unsafe class PassedDescriptor
{
    /// <summary>Sends bytes and a copy of a descriptor, without a signal. How many of the bytes, or below zero, with the error set.</summary>
    /// <param name="socket">A unix socket; <see cref="ObjectDisposedException"/> where it is closed.</param>
    /// <param name="bytes">At least one. Of what is sent in part, the descriptor was beside the part.</param>
    /// <param name="descriptor">Stays the caller's, who closes it only afterwards.</param>
    /// <param name="flags">Such as <see cref="LibC.DontWait"/>; 0 for none.</param>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> bytes, SafeHandle descriptor, int flags)
    {
        var control = new LibC.DescriptorMessage
        {
            Length = LibC.DescriptorMessage.LengthWithoutPadding,
            Level = LibC.SocketLevel,
            Type = LibC.PassDescriptors,
            Descriptor = descriptor.DangerousGetHandle().ToInt32(),
        };
        fixed (byte* start = bytes)
        {
            var vector = new LibC.Vector { Base = start, Length = bytes.Length };
            var message = new LibC.MessageHeader { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = sizeof(LibC.DescriptorMessage) };
            nint sent;
            do
            {
                sent = LibC.SendMessage(socket, &message, LibC.NoSignal | flags);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
            return (int)sent;
        }
    }

    /// <summary>Receives bytes, and the descriptor beside them where there is one. How many bytes, 0 at the end, or below zero, with the error set.</summary>
    /// <param name="socket">A unix socket.</param>
    /// <param name="buffer">At least one byte.</param>
    /// <param name="descriptor">The caller's to close, and closed where the process becomes another program; -1 where none came.</param>
    public static int Receive(int socket, Span<byte> buffer, out int descriptor)
    {
        fixed (byte* start = buffer)
        {
            LibC.DescriptorMessage control;
            var vector = new LibC.Vector { Base = start, Length = buffer.Length };

            // Without the padding there is room for exactly one: what else a peer sends the kernel closes (MSG_CTRUNC).
            var message = new LibC.MessageHeader { Vectors = &vector, VectorCount = 1, Control = &control };
            nint count;
            do
            {
                control = default;
                message.ControlLength = LibC.DescriptorMessage.LengthWithoutPadding;
                count = LibC.ReceiveMessage(socket, &message, LibC.CloseOnExecMessage);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
            descriptor = count > 0 && control is { Length: LibC.DescriptorMessage.LengthWithoutPadding, Level: LibC.SocketLevel, Type: LibC.PassDescriptors }
                ? control.Descriptor
                : -1;
            return (int)count;
        }
    }
}
