namespace FastProxy.Storage;

/// <summary>A store that cannot be opened or read: its message is one sentence that names the file and the cause.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
