using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Applications;
using FastProxy.Admin.Groups;
using FastProxy.Admin.Hosting;
using FastProxy.Admin.Policies;
using FastProxy.Admin.ServiceTokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Admin;

/// <summary>
/// The control plane: the API on the unix socket <c>admin.sock</c> of the data directory. Who may open the file is an administrator, and
/// nothing else is asked. Start it once, stop it once.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    /// <summary>The longest body of a request, in bytes; a longer one is answered with 400.</summary>
    public const int MaxBodyBytes = 1 << 20;

    /// <summary>The name of the socket in the data directory.</summary>
    public const string SocketName = "admin.sock";

    /// <summary>The name of the file that is locked as long as the socket is served.</summary>
    public const string LockName = "admin.lock";

    // How much of a body that is too long is read to the end, so that its sender gets the answer; beyond it the connection is closed.
    private const int MaxDrainedBytes = 16 << 20;

    private readonly string _directory;
    private readonly IAccessStore _store;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private AdminSocket? _socket;
    private WebApplication? _host;

    /// <summary>A server that is not started.</summary>
    /// <param name="dataDirectory">An existing directory; see <see cref="PrivateDirectory"/>.</param>
    /// <param name="store">What the API reads and changes.</param>
    /// <param name="loggers">Where its log goes.</param>
    /// <param name="time">The clock that creation and expiry are told by.</param>
    public AdminServer(string dataDirectory, IAccessStore store, ILoggerFactory loggers, TimeProvider time)
    {
        _directory = dataDirectory;
        _store = store;
        _loggers = loggers;
        _time = time;
    }

    /// <summary>The absolute path of the socket.</summary>
    public string SocketPath => Path.Combine(_directory, SocketName);

    /// <summary>Claims the socket and serves on it.</summary>
    /// <exception cref="IOException">
    /// The data directory cannot be used, or another gateway serves its socket; the message is for the operator.
    /// </exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (PrivateDirectory.Prepare(_directory) is { } problem)
        {
            throw new IOException(problem);
        }
        var logger = _loggers.CreateLogger<AdminServer>();
        _socket = AdminSocket.Claim(_directory, logger);
        _host = Build(_socket);
        await _host.StartAsync(cancellationToken);
        AdminLog.Started(logger, _socket.Path);
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
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = socket.Bind);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxDrainedBytes;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            // Administrators are few; a script that leaks connections shall not eat the descriptors of sessions.
            options.Limits.MaxConcurrentConnections = 64;
            options.ListenUnixSocket(socket.Path);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(_loggers);
        builder.Services.AddSingleton(_store);
        builder.Services.AddSingleton(_time);

        var app = builder.Build();
        var guardLogger = _loggers.CreateLogger<ApiGuard>();
        app.Use(next => new ApiGuard(next, guardLogger).InvokeAsync);
        var access = app.MapGroup("/client/v4/accounts/{account_id}/access");
        access.AddEndpointFilter(AccountId.FilterAsync);
        access.MapServiceTokens();
        access.MapApplications();
        access.MapApplicationPolicies();
        access.MapGroups();
        access.MapExplanations();
        return app;
    }
}
