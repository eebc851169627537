namespace FastProxy.Gateway;

/// <summary>The gateway cannot start as it is configured. The message is one line for the person who configured it.</summary>
public sealed class GatewayStartException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot be done and why.</param>
    /// <param name="innerException">The cause.</param>
    public GatewayStartException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
