using System.Reflection;

namespace FastProxy;

/// <summary>The version of this build, as every surface shows it.</summary>
internal static class ProductVersion
{
    /// <summary>E.g. <c>0.1.0</c>.</summary>
    public static string Number { get; } = typeof(ProductVersion).Assembly.GetName().Version is { } version ? version.ToString(3) : "0.0.0";

    /// <summary>The answer of <c>--version</c>.</summary>
    public static string Line => "fastproxy " + Number;
}
