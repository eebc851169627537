using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class CloseCodesTests
{
    [Fact]
    public void Only_registered_and_private_codes_may_be_sent()
    {
        int[] registered = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
        for (var code = 0; code <= ushort.MaxValue; code++)
        {
            var expected = registered.Contains(code) || code is >= 3000 and <= 4999;
            Assert.True(expected == CloseCodes.IsValidOnWire((ushort)code), $"code {code}");
        }
    }
}
