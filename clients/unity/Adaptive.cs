// A client of *adaptive* for Unity 2021 and later, over TCP.  One script: put it on an object that lives
// as long as the music.  Everything happens on the main thread, in Update and LateUpdate.
//
//     void Start()  { music.Beat += (bar, beat, section, bpm) => Flash(bar, beat);
//                     music.Receipt += (id, status, reason) => Debug.Log($"{id} {status}: {reason}"); }
//     void Update() { music.SetParameter("intensity", threat); }
//     void OnKill() { music.Trigger("kill"); }
//
// A frame in which no message arrives allocates nothing, however many parameters are set in it: names
// are encoded when they are first used, and numbers are written into a buffer that stays.  A message
// from the engine (a beat, a section, a receipt) allocates its text.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using UnityEngine;

#pragma warning disable 0649 // JsonUtility assigns the fields of what is told
public sealed class Adaptive : MonoBehaviour
{
    [SerializeField] string host = "127.0.0.1";
    [SerializeField] int port = 9001;
    [Tooltip("Path of the engine; it is started on a free port.  Empty: an engine runs already.")]
    [SerializeField] string program = "";
    [SerializeField] string preset = "nightfall";

    public event Action<string> Connected;                     // the preset's name
    public event Action Lost;
    public event Action<int, int, string, float> Beat;         // bar, beat, section, quarter notes a minute
    public event Action<int, string> Bar;                      // bar, section
    public event Action<string> Section;                       // the section that begins
    public event Action<string, string, string> Receipt;       // id, status, reason
    public event Action<string, string> Saved;                 // id, JSON for your save file
    public event Action<string, string> Refused;               // id, or an empty text; the engine's sentence

    const float RetrySeconds = 0.5f;
    const int LongestLine = 4 << 20;
    const int MostUnsentBytes = 65536;
    const double MostValue = 1e12;                             // what a long holds in millionths

    sealed class Parameter
    {
        public byte[] Before;                                  // {"parameter":"NAME","value":
        public float Value;
        public bool IsUnsent;
    }

    [Serializable] class ToldHello { public string preset; }
    [Serializable] class ToldBeat { public string position; public string section; public float tempo_bpm; }
    [Serializable] class ToldSection { public string status; public string target; }
    [Serializable]
    class Told
    {
        public ToldHello hello;
        public ToldBeat beat;
        public ToldSection section;
        public string receipt, status, reason, error, id;
    }

    readonly Dictionary<string, Parameter> parameters = new Dictionary<string, Parameter>();
    readonly List<Parameter> inOrder = new List<Parameter>();  // a list is walked without an allocation
    readonly Dictionary<string, string> states = new Dictionary<string, string>();
    byte[] unsent = new byte[4096], heard = new byte[65536];
    int unsentBytes, heardBytes, ids, lastBar = -1;
    float retryAt;
    Socket socket;
    Task connecting;
    Process engine;

    public bool IsConnected { get; private set; }

    // Of the values that are set in one frame, the latest is sent; what has not changed is not sent.
    public void SetParameter(string name, float value)
    {
        if (float.IsNaN(value) || Math.Abs((double)value) > MostValue) return;
        if (!parameters.TryGetValue(name, out Parameter parameter))
        {
            parameter = new Parameter { Before = Utf8("{\"parameter\":" + Quoted(name) + ",\"value\":") };
            parameters.Add(name, parameter);
            inOrder.Add(parameter);
        }
        else if (parameter.Value == value) return;
        parameter.Value = value;
        parameter.IsUnsent = true;
    }

    public void SetState(string group, string value)
    {
        states[group] = value;
        if (IsConnected) PutState(group, value);               // else it is sent after hello
    }

    // Fires an event; returns the id under which Receipt or Refused comes.
    public string Trigger(string name, float velocity = 1f) =>
        Ask("\"event\":" + Quoted(name) + ",\"velocity\":"
            + velocity.ToString("R", System.Globalization.CultureInfo.InvariantCulture));

    public string Save() => Ask("\"save\":true");

    // `saved` is what Saved gave.  What is set after it counts on top of it.
    public string Restore(string saved)
    {
        if (IsConnected) PutParameters();
        return Ask("\"restore\":" + saved);
    }

    // Sends any request of the protocol, given as JSON without the braces; returns its id.
    public string Ask(string request)
    {
        string id = "unity-" + ++ids;
        if (IsConnected) Put(Utf8("{" + request + ",\"id\":\"" + id + "\"}\n"));
        else Refused?.Invoke(id, "the engine is not connected");
        return id;
    }

    void OnEnable()
    {
        if (program.Length > 0) StartEngine();
        Connect();
    }

    void OnDisable()                                           // also at the end of play mode
    {
        Lose();
        if (engine == null) return;
        try { if (!engine.HasExited) engine.Kill(); }
        catch (InvalidOperationException) { }                  // it has ended meanwhile
        engine.Dispose();
        engine = null;
    }

    void StartEngine()
    {
        var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        host = "127.0.0.1";
        engine = Process.Start(new ProcessStartInfo(program)
        {
            Arguments = $"play \"{preset}\" --exit-with-parent --tcp 127.0.0.1:{port}"
                + " --osc 127.0.0.1:0 --http 127.0.0.1:0",
            UseShellExecute = false,
            CreateNoWindow = true,
        });
    }

    void Connect()
    {
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        connecting = socket.ConnectAsync(host, port);
    }

    void Update()
    {
        if (socket == null)
        {
            if (Time.unscaledTime >= retryAt) Connect();
            return;
        }
        if (connecting != null)
        {
            if (!connecting.IsCompleted) return;
            bool hasFailed = connecting.IsFaulted || connecting.IsCanceled;
            _ = connecting.Exception;                          // it is observed
            connecting = null;
            if (hasFailed) { Lose(); return; }
            socket.Blocking = false;
        }
        Hear();
    }

    void LateUpdate()                                          // after everybody has set values
    {
        if (!IsConnected) return;
        if (unsentBytes < MostUnsentBytes) PutParameters();    // else they keep their latest value only
        int sent = 0;
        while (sent < unsentBytes)
        {
            int count = socket.Send(unsent, sent, unsentBytes - sent, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) break;        // the rest goes with the next frame
            if (error != SocketError.Success) { Lose(); return; }
            sent += count;
        }
        Buffer.BlockCopy(unsent, sent, unsent, 0, unsentBytes - sent);
        unsentBytes -= sent;
    }

    void Hear()
    {
        while (socket != null)
        {
            if (heardBytes == heard.Length)
            {
                if (heard.Length >= LongestLine) { Lose(); return; }
                Array.Resize(ref heard, 2 * heard.Length);
            }
            int count = socket.Receive(heard, heardBytes, heard.Length - heardBytes, SocketFlags.None,
                                       out SocketError error);
            if (error == SocketError.WouldBlock) return;
            if (error != SocketError.Success || count == 0) { Lose(); return; }
            heardBytes += count;
            int from = 0;
            for (int end; (end = Array.IndexOf(heard, (byte)'\n', from, heardBytes - from)) >= 0; from = end + 1)
            {
                Take(Encoding.UTF8.GetString(heard, from, end - from));
                if (socket == null) return;                    // a listener has ended us
            }
            Buffer.BlockCopy(heard, from, heard, 0, heardBytes - from);
            heardBytes -= from;
        }
    }

    void Take(string line)
    {
        Told told = JsonUtility.FromJson<Told>(line);
        if (line.StartsWith("{\"saved\"", StringComparison.Ordinal)) Saved?.Invoke(told.id, InnerObject(line));
        else if (!string.IsNullOrEmpty(told.hello?.preset)) Greet(told.hello.preset);
        else if (!string.IsNullOrEmpty(told.beat?.position)) TakeBeat(told.beat);
        else if (!string.IsNullOrEmpty(told.receipt)) Receipt?.Invoke(told.receipt, told.status, told.reason);
        else if (!string.IsNullOrEmpty(told.error)) Refused?.Invoke(told.id ?? "", told.error);
        else if (told.section?.status == "plays") Section?.Invoke(told.section.target);
    }

    void Greet(string name)                                    // also after a load
    {
        if (!IsConnected)
        {
            IsConnected = true;
            Put(Utf8("{\"subscribe\":[\"beat\",\"section\"]}\n"));
            foreach (KeyValuePair<string, string> state in states) PutState(state.Key, state.Value);
            foreach (Parameter parameter in inOrder) parameter.IsUnsent = true;
        }
        Connected?.Invoke(name);
    }

    void TakeBeat(ToldBeat told)
    {
        string[] place = told.position.Split('.');
        int bar = int.Parse(place[0]), beat = int.Parse(place[1]);
        Beat?.Invoke(bar, beat, told.section, told.tempo_bpm);
        if (bar == lastBar) return;
        lastBar = bar;
        Bar?.Invoke(bar, told.section);
    }

    void Lose()
    {
        bool wasConnected = IsConnected;
        IsConnected = false;
        unsentBytes = heardBytes = 0;
        lastBar = -1;
        connecting = null;
        socket?.Close();
        socket = null;
        retryAt = Time.unscaledTime + RetrySeconds;
        if (wasConnected) Lost?.Invoke();
    }

    void PutParameters()
    {
        for (int i = 0; i < inOrder.Count; i++)
        {
            Parameter parameter = inOrder[i];
            if (!parameter.IsUnsent) continue;
            parameter.IsUnsent = false;
            Put(parameter.Before);
            PutNumber(parameter.Value);
            Reserve(2);
            unsent[unsentBytes++] = (byte)'}';
            unsent[unsentBytes++] = (byte)'\n';
        }
    }

    void PutState(string group, string value) =>
        Put(Utf8("{\"state\":{" + Quoted(group) + ":" + Quoted(value) + "}}\n"));

    // Writes a number with six decimals: ToString would allocate.
    void PutNumber(double value)
    {
        long millionths = (long)Math.Round(value * 1e6);
        Reserve(24);
        if (millionths < 0) { unsent[unsentBytes++] = (byte)'-'; millionths = -millionths; }
        long whole = millionths / 1000000, rest = millionths % 1000000, place = 1;
        while (place <= whole / 10) place *= 10;
        for (; place > 0; place /= 10) unsent[unsentBytes++] = (byte)('0' + whole / place % 10);
        unsent[unsentBytes++] = (byte)'.';
        for (place = 100000; place > 0; place /= 10) unsent[unsentBytes++] = (byte)('0' + rest / place % 10);
    }

    void Put(byte[] raw)
    {
        Reserve(raw.Length);
        Buffer.BlockCopy(raw, 0, unsent, unsentBytes, raw.Length);
        unsentBytes += raw.Length;
    }

    void Reserve(int more)
    {
        if (unsentBytes + more > unsent.Length)
            Array.Resize(ref unsent, Math.Max(2 * unsent.Length, unsentBytes + more));
    }

    // The first object within the object that a line is.  It stays text: JsonUtility needs a class for each shape.
    static string InnerObject(string line)
    {
        int depth = 0, from = 0;
        bool isText = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (isText)
            {
                if (c == '\\') i++;
                else if (c == '"') isText = false;
            }
            else if (c == '"') isText = true;
            else if (c == '{' && ++depth == 2) from = i;
            else if (c == '}' && --depth == 1) return line.Substring(from, i + 1 - from);
        }
        return "{}";
    }

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
