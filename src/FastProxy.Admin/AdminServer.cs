using System.Net.Sockets;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.ApiTokens;
using FastProxy.Admin.Applications;
using FastProxy.Admin.Authentication;
using FastProxy.Admin.Declarations;
using FastProxy.Admin.Groups;
using FastProxy.Admin.Hosting;
using FastProxy.Admin.Lists;
using FastProxy.Admin.Organizations;
using FastProxy.Admin.Policies;
using FastProxy.Admin.ServiceTokens;
using FastProxy.Gateway.Sessions;
using FastProxy.Gateway.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Admin;

/// <summary>
/// The control plane: the API on the unix socket <c>admin.sock</c> of the data directory, and on a TCP address where there is one. Who may
/// open the socket is an administrator, and nothing else is asked; on the TCP address every request needs an API token. Start it once,
/// stop it once.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    /// <summary>The longest body of a request, in bytes; a longer one is answered with 413.</summary>
    public const int MaxBodyBytes = 1 << 20;

    /// <summary>The longest body of a declaration, which has all groups, policies and applications in one, in bytes.</summary>
    public const int MaxDeclarationBytes = 8 << 20;

    /// <summary>The name of the socket in the data directory.</summary>
    public const string SocketName = "admin.sock";

    /// <summary>The name of the file that is locked as long as the socket is served.</summary>
    public const string LockName = "admin.lock";

    // How much of a body that is too long is read to the end, so that its sender gets the answer; beyond it the connection is closed.
    private const int MaxDrainedBytes = 16 << 20;

    // Administrators are few; a script that leaks connections shall not eat the descriptors of sessions.
    private const int MaxConnections = 64;

    private readonly string _directory;
    private readonly IAccessStore _store;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly AdminListener? _listener;
    private readonly ILiveSessions? _sessions;
    private AdminSocket? _socket;
    private ListenOptions? _tcp;
    private WebApplication? _host;

    /// <summary>A server that is not started.</summary>
    /// <param name="dataDirectory">An existing directory; see <see cref="PrivateDirectory"/>.</param>
    /// <param name="store">What the API reads and changes.</param>
    /// <param name="loggers">Where its log goes.</param>
    /// <param name="time">The clock that creation and expiry are told by.</param>
    /// <param name="listener">The TCP address; null for the socket alone.</param>
    /// <param name="sessions">The sessions that are open; null where there are none to know of.</param>
    public AdminServer(
        string dataDirectory, IAccessStore store, ILoggerFactory loggers, TimeProvider time, AdminListener? listener = null, ILiveSessions? sessions = null)
    {
        _sessions = sessions;
        _listener = listener;
        _directory = dataDirectory;
        _store = store;
        _loggers = loggers;
        _time = time;
    }

    /// <summary>Whether the gateway learns its callers' countries; without that, rules about them are refused. Defaults to true.</summary>
    public bool KnowsCountries { get; init; } = true;

    /// <summary>
    /// Whether who made it holds the <see cref="DirectoryLock"/> of the directory, from before the start until after the end. Defaults to false:
    /// it is taken and given up here.
    /// </summary>
    public bool IsDirectoryLocked { get; init; }

    /// <summary>The absolute path of the socket.</summary>
    public string SocketPath => Path.Combine(_directory, SocketName);

    /// <summary>The URL of the TCP address, with the port that the kernel chose; null where there is none, or before the start.</summary>
    public string? Url => _tcp?.IPEndPoint is { } address ? $"{(_listener!.Certificates is null ? "http" : "https")}://{address}" : null;

    /// <summary>Every method and path there is, in the form <c>GET /path/{parameter}</c>; after the start.</summary>
    internal IEnumerable<string> Routes => ((IEndpointRouteBuilder)_host!).DataSources
        .SelectMany(source => source.Endpoints)
        .OfType<RouteEndpoint>()
        .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
            .Select(method => $"{method} {endpoint.RoutePattern.RawText}"));

    /// <summary>Claims the socket and serves on it, and on the TCP address.</summary>
    /// <exception cref="IOException">
    /// The data directory or the TCP address cannot be used, or another gateway serves the socket; the message is for the operator.
    /// </exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (PrivateDirectory.Prepare(_directory) is { } problem)
        {
            throw new IOException(problem);
        }
        var logger = _loggers.CreateLogger<AdminServer>();
        _socket = AdminSocket.Claim(_directory, logger, IsDirectoryLocked);
        _host = Build(_socket);
        try
        {
            await _host.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (_listener is not null && exception is IOException { InnerException: AddressInUseException })
        {
            // Kestrel's own line names a URL, and not its place in the configuration.
            throw new IOException($"admin: {_listener.Address} is in use by another process", exception);
        }

        AdminLog.Started(logger, _socket.Path);
        if (Url is { } url)
        {
            AdminLog.TcpStarted(logger, url);
        }
    }

    /// <summary>Stops accepting, lets requests under way finish until <paramref name="cancellationToken"/>, and removes the socket.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_host is not null)
        {
            await _host.StopAsync(cancellationToken);
        }
        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
            _host = null;
        }
        _socket?.Dispose();
        _socket = null;
    }

    private WebApplication Build(AdminSocket socket)
    {
        // Empty: no environment variable and no settings file shall say where this listens.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = endPoint =>
            endPoint is UnixDomainSocketEndPoint ? socket.Bind(endPoint) : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint));
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxDrainedBytes;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            options.ListenUnixSocket(socket.Path, listen =>
            {
                listen.Use(new ConnectionLimit(MaxConnections).Use);
                listen.Use(next => connection =>
                {
                    connection.Features.Set(ApiCaller.OnSocket(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket));
                    return next(connection);
                });
            });
            if (_listener is not null)
            {
                options.Listen(_listener.Address, listen => ListenTcp(listen, _listener.Certificates));
            }
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(_loggers);
        builder.Services.AddSingleton(_store);
        builder.Services.AddSingleton(_time);
        builder.Services.AddSingleton(new CountrySource(KnowsCountries));

        var app = builder.Build();
        var guardLogger = _loggers.CreateLogger<ApiGuard>();
        app.Use(next => new ApiGuard(next, _store, guardLogger).InvokeAsync);
        app.Use(next => new OwnHost(next, name => _listener?.Certificates?.Cover(name) == true).InvokeAsync);
        app.Use(next => new BearerAuthentication(next, _store, _time).InvokeAsync);

        // What `fastproxy health` asks: that the process answers is the answer.
        app.MapGet("/healthz", static http => http.Response.WriteAsync("ok\n", http.RequestAborted)).WithMetadata(NoToken.Instance);
        app.MapGet("/openapi.json", OpenApi.GetAsync);
        app.MapGet("/client/v4/user/tokens/verify", ApiTokenEndpoints.Verify);
        var account = app.MapGroup("/client/v4/accounts/{account_id}");
        account.AddEndpointFilter(AccountId.FilterAsync);
        account.MapApiTokens();
        account.MapGroup("/gateway").MapLists();
        var access = account.MapGroup("/access");
        access.MapServiceTokens();
        access.MapTokenUsage(_sessions);
        access.MapApplications();
        access.MapApplicationPolicies();
        access.MapReusablePolicies();
        access.MapGroups();
        access.MapExplanations();
        access.MapOrganization();
        access.MapDeclaration();
        return app;
    }

    private void ListenTcp(ListenOptions listen, ServerCertificates? certificates)
    {
        _tcp = listen;
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(new ConnectionLimit(MaxConnections).Use);
        if (certificates is not null)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = handshake => ValueTask.FromResult(certificates.Select(handshake.ClientHelloInfo.ServerName)),
            });
        }
    }
}
