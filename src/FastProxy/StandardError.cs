namespace FastProxy;

/// <summary>What a command says of itself. Where stderr cannot be written there is nobody left to tell, and what is being done goes on.</summary>
internal static class StandardError
{
    /// <summary>Writes a line, if that is possible.</summary>
    public static void WriteLine(string text)
    {
        try
        {
            Console.Error.WriteLine(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk, or no stderr at all; the exit code still tells.
        }
    }
}
