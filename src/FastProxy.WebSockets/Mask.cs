using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastProxy.WebSockets;

/// <summary>Masking of payloads (RFC 6455 section 5.3): each byte XOR the key's byte at its position modulo 4. Masking and unmasking are the same.</summary>
public static class Mask
{
    /// <summary>Masks or unmasks <paramref name="data"/> in place, beginning with the key's first byte.</summary>
    /// <param name="data">Any length, any alignment.</param>
    /// <param name="key">The four bytes on the wire, read little-endian: the first is the least significant. 0 changes nothing and costs nothing.</param>
    /// <returns>The key turned so that the next chunk of the same frame continues with it.</returns>
    public static uint Apply(Span<byte> data, uint key)
    {
        if (key == 0)
        {
            return 0;
        }

        // Every step below takes a multiple of four bytes, so that the key needs no turning until the last few.
        ref var at = ref MemoryMarshal.GetReference(data);
        var left = (nuint)(uint)data.Length;
        if (Vector512.IsHardwareAccelerated && left >= 64)
        {
            var wide = Vector512.Create(key).AsByte();
            for (; left >= 64; left -= 64)
            {
                (Vector512.LoadUnsafe(ref at) ^ wide).StoreUnsafe(ref at);
                at = ref Unsafe.Add(ref at, 64);
            }
        }

        if (Vector256.IsHardwareAccelerated && left >= 32)
        {
            var wide = Vector256.Create(key).AsByte();
            for (; left >= 32; left -= 32)
            {
                (Vector256.LoadUnsafe(ref at) ^ wide).StoreUnsafe(ref at);
                at = ref Unsafe.Add(ref at, 32);
            }
        }

        if (left >= 16)
        {
            var wide = Vector128.Create(key).AsByte();
            for (; left >= 16; left -= 16)
            {
                (Vector128.LoadUnsafe(ref at) ^ wide).StoreUnsafe(ref at);
                at = ref Unsafe.Add(ref at, 16);
            }
        }

        for (; left >= 4; left -= 4)
        {
            Unsafe.WriteUnaligned(ref at, Unsafe.ReadUnaligned<uint>(ref at) ^ key);
            at = ref Unsafe.Add(ref at, 4);
        }

        for (; left > 0; left--)
        {
            at ^= (byte)key;
            at = ref Unsafe.Add(ref at, 1);
            key = BitOperations.RotateRight(key, 8);
        }

        return key;
    }
}
