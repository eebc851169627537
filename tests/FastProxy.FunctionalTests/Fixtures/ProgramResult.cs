using System.Text;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>How a program ended and what it wrote.</summary>
/// <param name="CommandLine">For messages.</param>
/// <param name="ExitCode">128 plus the signal where a signal ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Elapsed">From start to exit.</param>
public sealed record ProgramResult(string CommandLine, int ExitCode, byte[] Output, byte[] Error, TimeSpan Elapsed)
{
    /// <summary>Standard output as UTF-8.</summary>
    public string OutputText => Encoding.UTF8.GetString(Output);

    /// <summary>Standard error as UTF-8.</summary>
    public string ErrorText => Encoding.UTF8.GetString(Error);

    /// <summary>Fails the test unless the program ended with 0.</summary>
    public ProgramResult MustSucceed()
    {
        Assert.True(ExitCode == 0, $"{CommandLine}\nexit code {ExitCode}\nstdout: {OutputText}\nstderr: {ErrorText}");
        return this;
    }
}
