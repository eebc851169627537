using System.CommandLine;
using System.Net.Security;
using System.Net.Sockets;
using FastProxy.Cli.Api;
using FastProxy.Client;
using FastProxy.Client.Connecting;

namespace FastProxy.Cli;

/// <summary><c>fastproxy health</c>: asks a gateway or a bastion on this machine how it is, for container health checks.</summary>
internal static class HealthCommand
{
    private const string DefaultPath = "/healthz";

    /// <summary>Below the three seconds and more that orchestrators give a check.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2.5);

    public static Command Create()
    {
        var url = new Argument<string?>("URL")
        {
            Description = "The metrics address, http://127.0.0.1:9090 (/healthz where it has no path; /readyz says whether it takes sessions), or unix:PATH of a gateway's admin socket. "
                + "Default: FASTPROXY_API, else the admin socket of the gateway with the default data_dir.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("health", "Ask whether a gateway or a bastion is well; exits 0 or 1.") { url };
        command.SetAction((result, cancellationToken) => RunAsync(result.GetValue(url), Environment.GetEnvironmentVariable, cancellationToken));
        return command;
    }

    /// <summary>Asks, and says what came of it; the exit code.</summary>
    /// <param name="given">The URL of the command line; null for none.</param>
    /// <param name="variable">Reads a variable.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<int> RunAsync(string? given, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        if (!TryFind(given, variable, out var socket, out var url, out var error))
        {
            return new CommandError(ExitCode.Usage, "health", error) { NextStep = "Try: fastproxy health --help" }.Report();
        }

        SslStreamCertificateContext? certificate = null;
        var where = socket is null ? url.ToString() : $"unix:{socket}";
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
        if (socket is not null)
        {
            handler.ConnectCallback = (_, token) => ApiClient.ConnectAsync(socket, token);
        }

        if (url.Scheme == Uri.UriSchemeHttps)
        {
            if ((TrustRoots.Load(null, "", variable, out var roots) ?? ApiCertificate.Load(null, null, variable, out certificate)) is { } unusable)
            {
                return new CommandError(ExitCode.Usage, "health", unusable).Report();
            }

            handler.SslOptions.CertificateChainPolicy = roots!.CreatePolicy();
            handler.SslOptions.ClientCertificateContext = certificate;
        }

        using var http = new HttpClient(handler) { Timeout = s_patience, MaxResponseContentBufferSize = 64 * 1024 };
        try
        {
            using var response = await http.GetAsync(url, cancellationToken);
            var line = (await response.Content.ReadAsStringAsync(cancellationToken)).Split('\n')[0];
            if (response.IsSuccessStatusCode)
            {
                StandardOutput.WriteLine(line.Length is > 0 and <= 300 ? line : "ok");
                return (int)ExitCode.Ok;
            }

            return Failed($"{where} answers {(int)response.StatusCode}{(line.Length is > 0 and <= 300 ? $": {line}" : "")}", null);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed($"{where} does not answer within {s_patience.TotalSeconds} s", "The process hangs or is overloaded; its log says more.");
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            return Failed($"cannot reach {where}: permission denied", "Run this as the gateway's user, or as root.");
        }
        catch (Exception exception) when (exception is HttpRequestException or ArgumentOutOfRangeException)
        {
            return Failed(
                $"cannot reach {where}: {Why(exception, socket)}",
                url.Scheme == Uri.UriSchemeHttps && exception.InnerException is not SocketException
                    ? $"If its certificate is from an authority of your own: SSL_CERT_FILE. If it asks for one: {ApiCertificate.Variable} and {ApiCertificate.KeyVariable}."
                    : socket is null
                    ? $"Is it running, and does its configuration say metrics: {{ address: {url.Authority} }}?"
                    : "Is the gateway running? One with another data_dir is named by unix:DIR/admin.sock, a bastion by its metrics address, as http://127.0.0.1:9091.");
        }
    }

    /// <summary>.NET's word for a unix socket that does not exist is "cannot assign requested address".</summary>
    private static string Why(Exception exception, string? socket) => exception.InnerException is not SocketException { SocketErrorCode: var code } ? (exception.InnerException ?? exception).Message
        : code == SocketError.ConnectionRefused ? "connection refused"
        : socket is not null && code == SocketError.AddressNotAvailable ? "no such file"
        : exception.InnerException.Message;

    private static bool TryFind(string? given, Func<string, string?> variable, out string? socket, out Uri url, out string error)
    {
        (socket, url, error) = (null, new Uri("http://localhost" + DefaultPath), "");
        if (given is null && variable("FASTPROXY_API") is not { Length: > 0 })
        {
            socket = ApiAddress.Default(variable).SocketPath;
            return true;
        }

        var text = given ?? variable("FASTPROXY_API")!;
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5)
        {
            socket = Path.GetFullPath(text[5..]);
            return true;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") || parsed.UserInfo.Length > 0)
        {
            // Not shown: it may be the API token, in FASTPROXY_API.
            error = $"{(given is null ? "FASTPROXY_API" : "URL")} is neither http://ADDRESS:PORT[/readyz] nor unix:PATH";
            return false;
        }

        url = parsed.AbsolutePath == "/" ? new Uri(parsed, DefaultPath) : parsed;
        return true;
    }

    private static int Failed(string why, string? nextStep) => new CommandError(ExitCode.Failed, "health", why) { NextStep = nextStep }.Report();
}
