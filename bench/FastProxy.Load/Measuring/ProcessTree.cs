using System.Globalization;

namespace FastProxy.Load.Measuring;

/// <summary>What processes and all their descendants use, from /proc.</summary>
internal static class ProcessTree
{
    /// <summary>USER_HZ: the unit of CPU times in /proc, 100 a second on every Linux that runs .NET.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system seconds so far, children that have ended and were waited for included.</summary>
    public static double CpuSeconds(IReadOnlyCollection<int> roots) => Trees(roots).Sum(process => process.Ticks) / TicksPerSecond;

    /// <summary>Resident bytes now.</summary>
    public static long ResidentBytes(IReadOnlyCollection<int> roots) => Trees(roots).Sum(process => process.Pages) * Environment.SystemPageSize;

    private static List<ProcessStat> Trees(IReadOnlyCollection<int> roots)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid) ? ProcessStat.Read(pid) : null)
            .OfType<ProcessStat>()
            .ToDictionary(process => process.Pid);
        foreach (var root in roots)
        {
            if (!all.ContainsKey(root))
            {
                throw new InvalidDataException($"process {root} has ended");
            }
        }

        return [.. all.Values.Where(process => BelongsTo(process))];

        bool BelongsTo(ProcessStat? process)
        {
            while (process is not null)
            {
                if (roots.Contains(process.Pid))
                {
                    return true;
                }

                process = all.GetValueOrDefault(process.Parent);
            }

            return false;
        }
    }
}
