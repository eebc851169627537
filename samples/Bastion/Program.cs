using System.Net;
using FastProxy.Client;
using FastProxy.Client.Middleware;

var builder = WebApplication.CreateSlimBuilder(args);
var settings = builder.Configuration.GetSection("FastProxy");   // appsettings.json, or FastProxy__ClientSecret=… in the environment
await using var gateway = new GatewayClient(new GatewayClientOptions
{
    Gateway = settings["Gateway"],                              // https://access.example.com
    ClientId = settings["ClientId"],
    ClientSecret = settings["ClientSecret"],
    CaFile = settings["CaFile"],
});
var application = gateway.To(settings["Hostname"]!);            // gitlab.example.com
builder.WebHost.UseSockets(transport => transport.MaxWriteBufferSize = 1);   // so that a half-close loses nothing
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(settings["Port"] ?? "2222"), listen => listen.UseFastProxy(application)));
await builder.Build().RunAsync();
