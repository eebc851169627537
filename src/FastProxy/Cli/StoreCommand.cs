using System.CommandLine;
using FastProxy.Admin.Hosting;
using FastProxy.Cli.Api;
using FastProxy.Client;
using FastProxy.Configuration;
using FastProxy.Storage;
using FastProxy.Storage.Backups;

namespace FastProxy.Cli;

/// <summary><c>fastproxy store …</c>: the file that outlives a gateway. It works on the file itself: who may read it may do this.</summary>
internal static class StoreCommand
{
    private static readonly Option<string?> s_data = new("--data-dir")
    {
        Description = "The gateway's data directory. Default: that of the admin socket FASTPROXY_API names; where that is not set, $STATE_DIRECTORY, else ~/.local/share/fastproxy.",
        HelpName = "DIR",
    };

    public static Command Create() => new("store", "The store: its backup, while a gateway runs, and its restoration.")
    {
        Backup(),
        Restore(),
    };

    private static Command Backup()
    {
        var file = new Argument<string>("FILE") { Description = "The file to write, readable by its owner only." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if there is one." };
        var command = new Command("backup", "Copy the store of one moment into a file, while the gateway runs.") { file, overwrite, s_data };
        command.SetAction(result => Run("store backup", result, directory =>
        {
            var path = result.GetValue(file)!;
            var bytes = StoreBackup.Create(directory, path, result.GetValue(overwrite));
            StandardOutput.WriteLine($"The store of {directory} is in {path}, {bytes} bytes, checked. The decision log is not part of it.");
        }));
        return command;
    }

    private static Command Restore()
    {
        var file = new Argument<string>("FILE") { Description = "What store backup made." };
        var command = new Command("restore", "Put a backup in the place of the store of a gateway that does not run; the old one is kept beside it.") { file, s_data };
        command.SetAction(result => Run("store restore", result, directory =>
        {
            if (PrivateDirectory.Prepare(directory) is { } problem)
            {
                throw new IOException(problem);
            }
            using var held = DirectoryLock.TryTake(directory)
                ?? throw new IOException($"a gateway is serving from {directory}: stop it first");
            var restored = StoreBackup.Restore(directory, result.GetValue(file)!, TimeProvider.System.GetUtcNow());
            StandardOutput.WriteLine($"The store of {directory} is restored: {restored.Tokens} service tokens, {restored.Applications} applications, {restored.Groups} groups.");
            if (restored.Previous is { } previous)
            {
                StandardOutput.WriteLine($"The one before it is kept as {previous}.");
            }
            StandardOutput.WriteLine("Tokens that were revoked after the backup was made work again: look at fastproxy token list.");
        }));
        return command;
    }

    private static int Run(string what, ParseResult result, Action<string> action)
    {
        if (!TryFindDirectory(result.GetValue(s_data), Environment.GetEnvironmentVariable, out var directory, out var error))
        {
            return new CommandError(ExitCode.Usage, what, error).Report();
        }
        try
        {
            action(directory);
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (e is StoreException or IOException)
        {
            return new CommandError(ExitCode.Failed, what, e.Message).Report();
        }
    }

    /// <summary>The data directory. False where the environment speaks of a gateway whose directory it does not tell: the default one is another's.</summary>
    internal static bool TryFindDirectory(string? given, Func<string, string?> variable, out string directory, out string error)
    {
        (directory, error) = ("", "");
        if (given is { Length: > 0 })
        {
            directory = Path.GetFullPath(given);
        }
        else if (variable("FASTPROXY_API") is not { Length: > 0 } api)
        {
            directory = DataDirectory.Default(variable);
        }
        else if (ApiAddress.TryParse(api, out var address, out _) && address.SocketPath is { } socket)
        {
            directory = Path.GetDirectoryName(socket)!;
        }
        else
        {
            error = "FASTPROXY_API is no unix socket's address, and only that tells where the store is: say --data-dir DIR";
        }
        return error.Length == 0;
    }
}
