using System.Globalization;
using System.Security.Cryptography;

namespace FastProxy.Gateway.Sessions;

/// <summary>The id that ties an answer, a log line and a row of the decision log together: 16 hex digits.</summary>
internal static class RequestId
{
    public static string Create()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes).ToString("x16", CultureInfo.InvariantCulture);
    }
}
