using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Access;
using FastProxy.Cli.Api;

namespace FastProxy.Cli;

/// <summary>The verbs of <c>fastproxy token</c> that give a token a new secret or a new lifetime.</summary>
internal static class TokenSecretCommands
{
    // No secret is longer than some hundred characters; a file that is, is the wrong file.
    private const int MaximumSecretFile = 4096;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary><c>token rotate TOKEN [--keep-old D]</c>.</summary>
    public static Command Rotate(Argument<string> token)
    {
        var keepOld = new Option<string>("--keep-old")
        {
            Description = "How long the old secret goes on working: 24h, 30m, … Without it, it stops now and what uses it ends.",
            HelpName = "D",
        };
        return ApiCommand.Create("rotate", "Give a token a new secret and show it, once.", [token, keepOld, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var body = new JsonObject();
            if (DurationText.Check("--keep-old", result.GetValue(keepOld)) is { } overlap)
            {
                if (GoDuration.TryParse(overlap, out var kept) && kept <= TimeSpan.Zero)
                {
                    throw ApiFailure.Usage($"--keep-old {overlap} keeps nothing: without it the old secret stops now");
                }
                // How long, and not until when: the gateway's clock counts.
                body["previous_client_secret_overlap"] = overlap;
            }
            var old = await api.TokenAsync(result.GetValue(token)!, cancellationToken);
            var rotated = await api.PostAsync($"service_tokens/{old.Text("id")}/rotate", body, cancellationToken);
            PrintOnce(rotated, "the token has a new secret", () =>
            {
                if (result.GetValue(ApiCommand.Json))
                {
                    ApiCommand.Print(rotated);
                    return;
                }
                PrintSecret(rotated, rotated.Text("client_secret"));
                StandardOutput.WriteLine(rotated.Text("previous_client_secret_expires_at") is { Length: > 0 } end
                    ? $"The secret is shown this once: keep it now. The old one works until {end}."
                    : "The secret is shown this once: keep it now. The old one works no longer.");
            });
        });
    }

    /// <summary><c>token refresh TOKEN</c>.</summary>
    public static Command Refresh(Argument<string> token) =>
        ApiCommand.Create("refresh", "Begin a token's lifetime again; its secret stays.", [token, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var old = await api.TokenAsync(result.GetValue(token)!, cancellationToken);
            var refreshed = await api.PostAsync($"service_tokens/{old.Text("id")}/refresh", cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(refreshed);
                return;
            }
            StandardOutput.WriteLine($"The token '{refreshed.Text("name")}' expires: {refreshed.TextOr("expires_at", "never")}.");
        });

    /// <summary>Prints a secret that nobody can see again, and says what to do where that fails.</summary>
    /// <param name="token">Whose secret it is.</param>
    /// <param name="done">What has happened all the same.</param>
    /// <param name="print">Prints it.</param>
    public static void PrintOnce(JsonElement token, string done, Action print) =>
        StandardOutput.WriteOnce(print, $"{done}, but its secret could not be shown", $"Rotate it: fastproxy token rotate {Shell.Quote(token.Text("name"))}");

    /// <summary>Shows what a client needs.</summary>
    public static void PrintSecret(JsonElement token, string secret)
    {
        StandardOutput.Write(Table.Fields(
            ("Client ID:", token.Text("client_id")),
            ("Client Secret:", secret),
            ("Expires:", token.TextOr("expires_at", "never"))));
        StandardOutput.WriteLine();
    }

    /// <summary>Reads a secret from a file, or from stdin for <c>-</c>; one newline at its end is dropped.</summary>
    /// <exception cref="ApiFailure">It cannot be read.</exception>
    public static async Task<string> ReadSecretAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            if (file is FileStream { SafeFileHandle: var handle } && path != "-" && (File.GetUnixFileMode(handle) & Others) != 0)
            {
                StandardError.WriteLine($"fastproxy: warning: the client secret file {path} can be read by other users; chmod 600 keeps it to its owner");
            }
            var bytes = new byte[MaximumSecretFile + 1];
            var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            if (length is 0 or > MaximumSecretFile)
            {
                throw new ApiFailure("refused", $"{path} holds no client secret: it is {(length == 0 ? "empty" : "too long")}");
            }
            var text = System.Text.Encoding.UTF8.GetString(bytes, 0, length);
            return text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Without the path: it may be the secret itself, where its file was asked for.
            throw new ApiFailure("refused", $"the client secret cannot be read: {e switch
            {
                FileNotFoundException or DirectoryNotFoundException or PathTooLongException or ArgumentException => "there is no such file",
                UnauthorizedAccessException => "permission denied, or it is a directory",
                _ => "the file system has an error",
            }}");
        }
    }
}
