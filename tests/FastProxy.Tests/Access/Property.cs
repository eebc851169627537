using FsCheck;

namespace FastProxy.Tests.Access;

/// <summary>How properties are checked: the same cases in every run.</summary>
internal static class Property
{
    public static Config Config { get; } = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20260301, 7);
}
