using System.Text;
using System.Text.RegularExpressions;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>Everything a program has written to one stream so far, and a way to wait for more. Thread-safe.</summary>
public sealed class CapturedStream
{
    private readonly object _gate = new();
    private readonly MemoryStream _bytes = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    /// <summary>All bytes so far.</summary>
    public byte[] Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes.ToArray();
            }
        }
    }

    /// <summary>All bytes so far, as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Waits until the text so far matches.</summary>
    /// <returns>The first match; null if the stream ended without one.</returns>
    public async Task<Match?> WaitForAsync(Regex pattern, CancellationToken cancellationToken)
    {
        Match? match = null;
        await WaitAsync(() => (match = pattern.Match(Text)).Success, cancellationToken);
        return match is { Success: true } ? match : null;
    }

    /// <summary>Waits until at least so many bytes have come, or the end.</summary>
    public Task WaitForLengthAsync(long length, CancellationToken cancellationToken) => WaitAsync(() => Length >= length, cancellationToken);

    private long Length
    {
        get
        {
            lock (_gate)
            {
                return _bytes.Length;
            }
        }
    }

    private async Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            bool ended;
            lock (_gate)
            {
                changed = _changed.Task;
                ended = _ended;
            }

            if (condition() || ended)
            {
                return;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    internal async Task PumpAsync(Stream source)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await source.ReadAsync(buffer)) > 0)
            {
                Change(buffer.AsSpan(0, read), ended: false);
            }
        }
        finally
        {
            Change([], ended: true);
        }
    }

    private void Change(ReadOnlySpan<byte> bytes, bool ended)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _bytes.Write(bytes);
            _ended = ended;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
