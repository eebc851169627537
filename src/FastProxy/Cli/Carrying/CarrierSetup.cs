using System.Globalization;
using FastProxy.Client;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Configuration;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Splicing;

namespace FastProxy.Cli.Carrying;

/// <summary>Settings that passed every check: a request, and the carrier for it.</summary>
internal sealed record CarrierSetup(GatewayRequest Request, Carrier Carrier, SessionLog Log)
{
    /// <summary>Why there is no credential although the user's file looks as if there were; null for no reason.</summary>
    public string? NearMiss { get; private init; }

    /// <summary>Checks the settings and finds the credential. Null, with the error, where something is wrong; no packet was sent by then.</summary>
    public static CarrierSetup? Create(CarrierSettings settings, SessionLog log, out CommandError? error)
    {
        if (!AppUrl.TryParse(settings.Hostname, settings.Plain, out var app, out var why))
        {
            error = Usage(settings, why == "hostname is missing" ? why : $"--hostname cannot be used: {why}");
            return null;
        }

        ConnectOverride? connectTo = null;
        if (settings.ConnectTo is not null && !ConnectOverride.TryParse(settings.ConnectTo, out connectTo))
        {
            error = Usage(settings, "invalid connection override: --connect-to takes host, host:port or sni:port:host");
            return null;
        }

        if (TrustRoots.Load(settings.CaFile, "--ca-file", Environment.GetEnvironmentVariable, out var roots) is { } distrust)
        {
            error = Usage(settings, distrust);
            return null;
        }

        var resolver = new CredentialResolver(Environment.GetEnvironmentVariable, CredentialsFile.OfUser(Environment.GetEnvironmentVariable).Find, log.Warn);
        var found = resolver.Resolve(settings.Credential, app.Host);
        if (found.Credential is null)
        {
            error = Usage(settings, found.Error!);
            return null;
        }

        // What is started from here on has no business with them.
        Environment.SetEnvironmentVariable(CredentialResolver.IdVariable, null);
        Environment.SetEnvironmentVariable(CredentialResolver.SecretVariable, null);

        var unverified = settings.DropIn && connectTo is { NamesSni: true };
        if (unverified)
        {
            log.Warn("--connect-to sni:port:host does not check the server's certificate when called as cloudflared; called as fastproxy it does");
        }

        error = null;
        var dialer = new Dialer(DialerOptions.Default with { ConnectTimeout = settings.ConnectTimeout }, TimeProvider.System);
        var connector = new GatewayConnector(
            new ProxyDialer(dialer, ProxySettings.FromVariables(Environment.GetEnvironmentVariable)), roots!, settings.ConnectTimeout, TimeProvider.System)
        { TimeoutSetting = "--connect-timeout" };
        if (!settings.DropIn)
        {
            // cloudflared's own stderr is empty when all is well, and who replaces it may rely on that.
            connector.TokenExpiresSoon += new ExpiryNotice(log, TimeProvider.System).Tell;
        }

        var request = new GatewayRequest
        {
            App = app,
            ConnectTo = connectTo,
            Credential = found.Credential,
            Headers = settings.Headers,
            Destination = settings.Destination,
            UserAgent = string.Create(CultureInfo.InvariantCulture, $"{(settings.DropIn ? "cloudflared" : "fastproxy")}/{ProductVersion.Number}"),
            Stock = settings.Stock,
            VerifyCertificate = !unverified,
        };
        return new CarrierSetup(request, new Carrier(connector, SpliceOptions.Default, settings.KeepAlive), log) { NearMiss = found.NearMiss };
    }

    private static CommandError Usage(CarrierSettings settings, string why) =>
        new(settings.DropIn ? ExitCode.Failed : ExitCode.Usage, settings.Command, why);
}
