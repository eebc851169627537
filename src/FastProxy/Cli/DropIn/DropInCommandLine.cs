using FastProxy.Cli.Carrying;
using FastProxy.Client;

namespace FastProxy.Cli.DropIn;

/// <summary>
/// The command line when we are called as <c>cloudflared</c>: its <c>access</c> commands in its grammar, with its exit codes
/// (0, 1 and 3), except that an unknown flag is an error on stderr.
/// </summary>
internal static class DropInCommandLine
{
    private const int NoSuchTopic = 3;

    public static Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case []:
                return ForwarderConfig.RunAsync(Environment.GetEnvironmentVariable);
            case ["version" or "--version" or "-v" or "-version", ..]:
                StandardOutput.WriteLine($"cloudflared version {ProductVersion.Number} (fastproxy)");
                return Task.FromResult(0);
            case ["help" or "--help" or "-h" or "-help", ..]:
                return Task.FromResult(DropInHelp.Print());
            case ["access" or "forward", .. var rest]:
                return AccessAsync(rest);
            default:
                return Task.FromResult(Failed(args[0], "only access is available when called as cloudflared"));
        }
    }

    private static Task<int> AccessAsync(ReadOnlySpan<string> args)
    {
        var flags = new GoFlagParser([new GoFlag("fedramp", false), new GoFlag("help", false, "h")]);
        if (!flags.TryParse(args, out var error))
        {
            return Task.FromResult(Failed("access", error));
        }

        if (flags.IsSet("help") || flags.Rest is [] or ["help", ..])
        {
            return Task.FromResult(DropInHelp.Print());
        }

        var words = flags.Rest.ToArray();
        switch (words[0])
        {
            case "tcp" or "ssh" or "rdp" or "smb":
                return CarryAsync(words[0], words.AsSpan(1));
            case "ssh-config":
                return Task.FromResult(SshConfig(words.AsSpan(1)));
            case "ssh-gen":
                return Task.FromResult(Failed("access ssh-gen", "not supported"));
            case "login" or "token" or "curl":
                return Task.FromResult(Failed("access " + words[0], "not available in this version"));
            default:
                StandardError.WriteLine($"No help topic for '{words[0]}'");
                return Task.FromResult(NoSuchTopic);
        }
    }

    private static Task<int> CarryAsync(string name, ReadOnlySpan<string> args)
    {
        var command = "access " + name;
        var flags = new GoFlagParser(DropInFlags.Carrier);
        if (!flags.TryParse(args, out var error))
        {
            return Task.FromResult(Failed(command, error));
        }

        var settings = DropInFlags.ToSettings(flags, command, Environment.GetEnvironmentVariable, out error);
        if (settings is null)
        {
            return Task.FromResult(Failed(command, error!));
        }

        return flags.IsSet("help") || settings.Hostname is null
            ? Task.FromResult(DropInHelp.Print())
            : CarrierRun.RunAsync(settings);
    }

    private static int SshConfig(ReadOnlySpan<string> args)
    {
        var flags = new GoFlagParser([new GoFlag("hostname", true), new GoFlag("short-lived-cert", false), new GoFlag("help", false, "h")]);
        if (!flags.TryParse(args, out var error))
        {
            return Failed("access ssh-config", error);
        }

        if (flags.IsSet("short-lived-cert"))
        {
            return Failed("access ssh-config", "short-lived certificates are not supported");
        }

        StandardOutput.Write(SshConfigText.For(flags.Value("hostname")));
        return 0;
    }

    private static int Failed(string what, string why) => new CommandError(ExitCode.Failed, what, why).Report();
}
