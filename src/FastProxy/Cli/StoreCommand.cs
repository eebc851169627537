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
        Description = "The gateway's data directory. Default: that of the admin socket FASTPROXY_API names, else $STATE_DIRECTORY, else ~/.local/share/fastproxy.",
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
        command.SetAction(result => Run("store backup", () =>
        {
            var path = result.GetValue(file)!;
            var bytes = StoreBackup.Create(DirectoryOf(result), path, result.GetValue(overwrite));
            Console.Out.WriteLine($"The store of {DirectoryOf(result)} is in {path}, {bytes} bytes, checked. The decision log is not part of it.");
        }));
        return command;
    }

    private static Command Restore()
    {
        var file = new Argument<string>("FILE") { Description = "What store backup made." };
        var command = new Command("restore", "Put a backup in the place of the store of a gateway that does not run; the old one is kept beside it.") { file, s_data };
        command.SetAction(result => Run("store restore", () =>
        {
            var directory = DirectoryOf(result);
            if (PrivateDirectory.Prepare(directory) is { } problem)
            {
                throw new IOException(problem);
            }
            using var held = DirectoryLock.TryTake(directory)
                ?? throw new IOException($"a gateway is serving from {directory}: stop it first");
            var restored = StoreBackup.Restore(directory, result.GetValue(file)!, TimeProvider.System.GetUtcNow());
            Console.Out.WriteLine($"The store of {directory} is restored: {restored.Tokens} service tokens, {restored.Applications} applications, {restored.Groups} groups.");
            if (restored.Previous is { } previous)
            {
                Console.Out.WriteLine($"The one before it is kept as {previous}.");
            }
            Console.Out.WriteLine("Tokens that were revoked after the backup was made work again: look at fastproxy token list.");
        }));
        return command;
    }

    private static string DirectoryOf(ParseResult result) =>
        result.GetValue(s_data) is { Length: > 0 } given ? Path.GetFullPath(given)
        : Environment.GetEnvironmentVariable("FASTPROXY_API") is { } api && ApiAddress.TryParse(api, out var address, out _) && address.SocketPath is { } socket
            ? Path.GetDirectoryName(socket)!
            : DataDirectory.Default(Environment.GetEnvironmentVariable);

    private static int Run(string what, Action action)
    {
        try
        {
            action();
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (e is StoreException or IOException)
        {
            return new CommandError(ExitCode.Failed, what, e.Message).Report();
        }
    }
}
