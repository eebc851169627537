namespace FastProxy.WebSockets;

/// <summary>
/// Checks that bytes arriving in chunks are UTF-8 (RFC 3629), failing at the first byte that cannot be right: overlong forms,
/// surrogates and values above U+10FFFF are seen at their second byte.
/// </summary>
/// <remarks>A mutable value: keep it in a field, pass it by reference. The default value is ready for a new text.</remarks>
public struct Utf8Validator
{
    // Of the sequence in progress: how many bytes are missing, and the range that the next one must lie in.
    private int _missing;
    private byte _low;
    private byte _high;
    private bool _invalid;

    /// <summary>True when all bytes so far are valid and no sequence is left incomplete.</summary>
    public readonly bool IsComplete => !_invalid && _missing == 0;

    /// <summary>Takes the next chunk, of any length.</summary>
    /// <returns>False as soon as the bytes so far cannot be the start of a valid text; it stays false.</returns>
    public bool Append(ReadOnlySpan<byte> chunk)
    {
        var i = 0;
        while (i < chunk.Length && !_invalid)
        {
            if (_missing == 0)
            {
                var ascii = chunk[i..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
                if (ascii < 0)
                {
                    return true;
                }

                i += ascii;
                Begin(chunk[i]);
            }
            else if (chunk[i] < _low || chunk[i] > _high)
            {
                _invalid = true;
            }
            else
            {
                _missing--;
                (_low, _high) = (0x80, 0xBF);
            }

            i++;
        }

        return !_invalid;
    }

    /// <summary>Takes the first byte of a sequence (the table of RFC 3629 section 4).</summary>
    private void Begin(byte lead)
    {
        (_missing, _low, _high) = lead switch
        {
            >= 0xC2 and <= 0xDF => (1, (byte)0x80, (byte)0xBF),
            0xE0 => (2, (byte)0xA0, (byte)0xBF),
            0xED => (2, (byte)0x80, (byte)0x9F),
            >= 0xE1 and <= 0xEF => (2, (byte)0x80, (byte)0xBF),
            0xF0 => (3, (byte)0x90, (byte)0xBF),
            >= 0xF1 and <= 0xF3 => (3, (byte)0x80, (byte)0xBF),
            0xF4 => (3, (byte)0x80, (byte)0x8F),
            _ => (0, (byte)0, (byte)0),
        };
        _invalid = _missing == 0;
    }
}
