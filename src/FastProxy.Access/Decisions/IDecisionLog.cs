namespace FastProxy.Access.Decisions;

/// <summary>Where decisions are written down. Thread-safe.</summary>
public interface IDecisionLog
{
    /// <summary>Hands a record over and returns at once. A log that cannot keep up drops and counts; it never holds a request back and never throws.</summary>
    void Write(in DecisionRecord record);
}
