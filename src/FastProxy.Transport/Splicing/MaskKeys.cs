using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// Masking keys for client frames (RFC 6455 5.3): unpredictable, drawn from the system's generator 64 at a time because one
/// call a frame would cost more than masking a small frame. Not thread-safe.
/// </summary>
internal sealed class MaskKeys(bool alwaysZero)
{
    private readonly uint[] _keys = alwaysZero ? [] : new uint[64];
    private int _used = 64;

    public uint Next()
    {
        if (alwaysZero)
        {
            return 0;
        }

        if (_used == _keys.Length)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_keys.AsSpan()));
            _used = 0;
        }

        return _keys[_used++];
    }
}
