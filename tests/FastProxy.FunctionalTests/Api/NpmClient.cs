using System.Collections;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Api;

/// <summary>The official npm client of the API that ours follows, installed beside the test results from a lock file that names its hash.</summary>
internal static class NpmClient
{
    private static readonly string s_source = Path.Combine(Repository.Root, "tests", "FastProxy.FunctionalTests", "Api", "npm");

    /// <summary>Installs it, unless this very version is there, and gives the directory.</summary>
    public static async Task<string> InstallAsync()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "npm-client")).FullName;
        var installed = Path.Combine(directory, "installed.json");
        var wanted = await File.ReadAllTextAsync(Path.Combine(s_source, "package-lock.json"));
        foreach (var file in Directory.GetFiles(s_source))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)), overwrite: true);
        }

        if (!File.Exists(installed) || await File.ReadAllTextAsync(installed) != wanted)
        {
            // npm needs the developer's own environment: proxies, mirrors, authorities.
            var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value));
            var result = await RunningProgram.RunAsync(
                "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], environment: environment, directory: directory, timeout: TimeSpan.FromMinutes(5));
            result.MustSucceed();
            await File.WriteAllTextAsync(installed, wanted);
        }

        return directory;
    }
}
