using System.Globalization;

namespace FastProxy.Load.Measuring;

/// <summary>One line of /proc/PID/stat (proc(5)).</summary>
/// <param name="Pid">The process.</param>
/// <param name="Parent">Its parent.</param>
/// <param name="Ticks">utime + stime + cutime + cstime.</param>
/// <param name="Pages">Resident pages.</param>
internal sealed record ProcessStat(int Pid, int Parent, long Ticks, long Pages)
{
    /// <summary>Null when the process has ended meanwhile.</summary>
    public static ProcessStat? Read(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (IOException)
        {
            return null;
        }

        // The name stands in parentheses and may hold anything; field 3 follows the last one.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        return new ProcessStat(pid, (int)Field(4), Field(14) + Field(15) + Field(16) + Field(17), Field(24));
    }
}
