using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>
/// A program started by a test. It gets a small environment of its own (PATH, a HOME, a plain locale), so that the developer's proxies,
/// tokens and certificates change no result. Disposing kills it, and what it started, if it still runs.
/// </summary>
public sealed partial class RunningProgram : IAsyncDisposable
{
    private const int NoSuchProcess = 3;

    private readonly Process _process;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Task _pumps;
    private readonly string _commandLine;

    private RunningProgram(Process process)
    {
        _process = process;
        _commandLine = $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}";
        _pumps = Task.WhenAll(
            Output.PumpAsync(process.StandardOutput.BaseStream),
            Error.PumpAsync(process.StandardError.BaseStream));
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Standard input, unbuffered.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Standard output so far.</summary>
    public CapturedStream Output { get; } = new();

    /// <summary>Standard error so far.</summary>
    public CapturedStream Error { get; } = new();

    /// <summary>Starts a program.</summary>
    /// <param name="file">A path, or a name to be found in PATH.</param>
    /// <param name="arguments">Passed as they are, without a shell.</param>
    /// <param name="environment">Added to the small environment; a null value takes a variable away.</param>
    /// <param name="directory">The working directory.</param>
    public static RunningProgram Start(
        string file, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>>? environment = null, string? directory = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = directory ?? Path.GetTempPath();
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? [])
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        return new RunningProgram(Process.Start(start) ?? throw new InvalidOperationException($"{file} was not started"));
    }

    /// <summary>Starts a program, gives it its whole input, and waits for its end.</summary>
    /// <exception cref="TimeoutException">It did not end in time; it is killed, and what it wrote is in the message.</exception>
    public static async Task<ProgramResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        byte[]? input = null,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? directory = null,
        TimeSpan? timeout = null)
    {
        await using var program = Start(file, arguments, environment, directory);
        var writing = program.WriteInputAsync(input ?? []);
        var result = await program.WaitForExitAsync(timeout ?? TimeSpan.FromMinutes(2));
        await writing;
        return result;
    }

    /// <summary>Waits for its end and the end of its output.</summary>
    /// <exception cref="TimeoutException">It did not end in time; what it wrote is in the message.</exception>
    public async Task<ProgramResult> WaitForExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _pumps.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_commandLine}: no end within {timeout}\nstdout: {Output.Text}\nstderr: {Error.Text}");
        }

        return new ProgramResult(_commandLine, _process.ExitCode, Output.Bytes, Error.Bytes, Stopwatch.GetElapsedTime(_started));
    }

    /// <summary>Waits until standard error matches.</summary>
    /// <exception cref="InvalidOperationException">It ended first.</exception>
    /// <exception cref="TimeoutException">Neither happened in time.</exception>
    public async Task<Match> WaitForErrorAsync(Regex pattern, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            return await Error.WaitForAsync(pattern, limit.Token)
                ?? throw new InvalidOperationException($"{_commandLine}: ended without {pattern}\nstdout: {Output.Text}\nstderr: {Error.Text}");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_commandLine}: no {pattern} within {timeout}\nstdout: {Output.Text}\nstderr: {Error.Text}");
        }
    }

    /// <summary>Sends a signal to this process alone; one that has ended gets none.</summary>
    public void Send(PosixSignalNumber signal)
    {
        // It may end in this very moment.
        if (!_process.HasExited && Kill(_process.Id, (int)signal) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
        {
            throw new InvalidOperationException($"kill: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Resident memory in bytes, from /proc.</summary>
    public long ResidentBytes() => 1024 * StatusNumber("VmRSS");

    /// <summary>Processor time of all its threads so far.</summary>
    public TimeSpan ProcessorTime()
    {
        // proc(5): user and system time are the 14th and 15th field, in hundredths of a second; the name before them may hold spaces.
        var line = File.ReadAllText($"/proc/{Id}/stat");
        var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], System.Globalization.CultureInfo.InvariantCulture) + long.Parse(fields[12], System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Open file descriptors.</summary>
    public int Descriptors() => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>The process's command line as any user of the machine can read it.</summary>
    public string CommandLineInProc() => File.ReadAllText($"/proc/{Id}/cmdline").Replace('\0', ' ');

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Writes all of the input and closes it; a program that reads no more is no error.</summary>
    public async Task WriteInputAsync(ReadOnlyMemory<byte> input)
    {
        try
        {
            await Input.WriteAsync(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // EPIPE: the program has ended or closed its input.
        }
    }

    private long StatusNumber(string name)
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
