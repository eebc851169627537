namespace FastProxy.Cli;

/// <summary>
/// What a command prints for whoever called it. A text that cannot be written whole is an <see cref="OutputFailure"/>; that nobody reads it
/// (EPIPE) is none.
/// </summary>
internal static class StandardOutput
{
    /// <summary>Writes a text.</summary>
    /// <exception cref="OutputFailure">It could not be written.</exception>
    public static void Write(string text)
    {
        try
        {
            Console.Out.Write(text);
        }
        catch (Exception exception) when (OutputFailure.IsExpected(exception))
        {
            throw new OutputFailure(exception);
        }
    }

    /// <summary>Writes a line.</summary>
    /// <exception cref="OutputFailure">It could not be written.</exception>
    public static void WriteLine(string text = "")
    {
        try
        {
            Console.Out.WriteLine(text);
        }
        catch (Exception exception) when (OutputFailure.IsExpected(exception))
        {
            throw new OutputFailure(exception);
        }
    }

    /// <summary>Writes what is shown once and never again.</summary>
    /// <param name="print">Writes it.</param>
    /// <param name="lost">What is said where it could not be written.</param>
    /// <param name="nextStep">What to do then.</param>
    /// <exception cref="Api.ApiFailure">It could not be written.</exception>
    public static void WriteOnce(Action print, string lost, string nextStep)
    {
        try
        {
            print();
        }
        catch (OutputFailure failure)
        {
            throw new Api.ApiFailure("refused", $"{lost}: {failure.Message}") { NextStep = nextStep };
        }
    }
}
