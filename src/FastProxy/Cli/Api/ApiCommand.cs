using System.CommandLine;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using FastProxy.Client;
using FastProxy.Client.Connecting;

namespace FastProxy.Cli.Api;

/// <summary>What the verbs that speak to the API have in common.</summary>
internal static class ApiCommand
{
    /// <summary>Asks for one JSON document on stdout, with the API's field names.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document with the API's field names." };

    private static readonly Option<string?> s_api = new("--api")
    {
        Description = "Where the API is: unix:PATH, https://HOST:PORT, or http:// on this machine. Default: FASTPROXY_API, else the admin socket of this user's gateway.",
        HelpName = "URL",
    };

    private static readonly Option<string?> s_caFile = new("--ca-file")
    {
        Description = "Trust these certificate authorities (PEM) of an https:// API, instead of those of SSL_CERT_FILE or the system.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_certificate = new(ApiCertificate.Option)
    {
        Description = $"Show this certificate (PEM) to an https:// API that asks for one. Default: {ApiCertificate.Variable}.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_key = new(ApiCertificate.KeyOption)
    {
        Description = $"The key of {ApiCertificate.Option} (PEM). Default: {ApiCertificate.KeyVariable}.",
        HelpName = "FILE",
    };

    /// <summary>A command that makes calls of the API.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="symbols">Its own arguments and options.</param>
    /// <param name="run">What it does; it ends in order or with an <see cref="ApiFailure"/>.</param>
    public static Command Create(
        string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, ApiClient, CancellationToken, Task> run) =>
        Create(name, description, symbols, async (result, api, cancellationToken) =>
        {
            await run(result, api, cancellationToken);
            return ExitCode.Ok;
        });

    /// <summary>A command that makes calls of the API, and ends with an exit code of its own.</summary>
    /// <inheritdoc cref="Create(string, string, IEnumerable{Symbol}, Func{ParseResult, ApiClient, CancellationToken, Task})"/>
    public static Command Create(
        string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, ApiClient, CancellationToken, Task<ExitCode>> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }
        command.Options.Add(s_api);
        command.Options.Add(s_caFile);
        command.Options.Add(s_certificate);
        command.Options.Add(s_key);
        command.SetAction(async (result, cancellationToken) => await RunAsync(PathOf(result), result, run, cancellationToken));
        return command;
    }

    /// <summary>Refuses a change that changes nothing: whoever writes it has forgotten something.</summary>
    /// <exception cref="ApiFailure">None of the options is given.</exception>
    public static void RequireChange(ParseResult result, IReadOnlyList<Symbol> options)
    {
        if (!options.OfType<Option>().Any(option => result.GetResult(option) is { Implicit: false }))
        {
            throw ApiFailure.Usage($"nothing is said to change: give one of {string.Join(", ", options.Select(option => option.Name))}");
        }
    }

    /// <summary>Prints a result as one JSON document.</summary>
    public static void Print(JsonElement result)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            result.WriteTo(writer);
        }
        StandardOutput.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    /// <summary>Prints a list as one JSON document.</summary>
    public static void Print(IReadOnlyList<JsonElement> results)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartArray();
            foreach (var result in results)
            {
                result.WriteTo(writer);
            }
            writer.WriteEndArray();
        }
        StandardOutput.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    private static async Task<int> RunAsync(
        string what, ParseResult result, Func<ParseResult, ApiClient, CancellationToken, Task<ExitCode>> run, CancellationToken cancellationToken)
    {
        var given = result.GetValue(s_api) ?? Environment.GetEnvironmentVariable("FASTPROXY_API");
        var address = ApiAddress.Default(Environment.GetEnvironmentVariable);
        if (!string.IsNullOrEmpty(given) && !ApiAddress.TryParse(given, out address, out var error))
        {
            return new CommandError(ExitCode.Usage, what, error).Report();
        }
        if (address!.Origin is not { Scheme: "https" } && (result.GetValue(s_certificate) ?? result.GetValue(s_key)) is not null)
        {
            var option = result.GetValue(s_certificate) is null ? ApiCertificate.KeyOption : ApiCertificate.Option;
            return new CommandError(ExitCode.Usage, what, $"{option} has no effect with {(address.Origin is null ? "a unix socket" : "http://")}: it is for an https:// API")
            {
                NextStep = "Say where that is: --api https://HOST:PORT, or FASTPROXY_API.",
            }.Report();
        }
        var roots = TrustRoots.System;
        SslStreamCertificateContext? certificate = null;
        if (address.Origin is { Scheme: "https" }
            && (TrustRoots.Load(result.GetValue(s_caFile), "--ca-file", Environment.GetEnvironmentVariable, out roots!)
                ?? ApiCertificate.Load(result.GetValue(s_certificate), result.GetValue(s_key), Environment.GetEnvironmentVariable, out certificate)) is { } unusable)
        {
            return new CommandError(ExitCode.Usage, what, unusable).Report();
        }
        try
        {
            using var client = new ApiClient(address, Environment.GetEnvironmentVariable("FASTPROXY_API_TOKEN"), roots, certificate, TimeProvider.System);
            return (int)await run(result, client, cancellationToken);
        }
        catch (ApiFailure failure)
        {
            var whatFailed = failure.What == "refused" ? what : failure.What;
            return new CommandError(failure.IsUsage ? ExitCode.Usage : ExitCode.Failed, whatFailed, failure.Why) { NextStep = failure.NextStep }.Report();
        }
    }

    private static string PathOf(ParseResult result)
    {
        var command = result.CommandResult.Command;
        return result.CommandResult.Parent is System.CommandLine.Parsing.CommandResult { Parent: not null } parent
            ? $"{parent.Command.Name} {command.Name}"
            : command.Name;
    }
}
