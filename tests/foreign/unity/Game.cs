// A game with Adaptive.cs, its frames counted by hand.  It prints what it heard as a line of JSON.
using System;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Threading;

public static class Game
{
    const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    public static int Main(string[] words)
    {
        var music = new Adaptive();
        typeof(Adaptive).GetField("port", Hidden).SetValue(music, int.Parse(words[0]));
        float value = float.Parse(words[1], CultureInfo.InvariantCulture);
        Action enable = Method(music, "OnEnable"), disable = Method(music, "OnDisable");
        Action update = Method(music, "Update"), late = Method(music, "LateUpdate");
        string preset = "", early = "", refused = "", saved = "{}", status = "", restored = "", hit = "-", back = "-";
        int bar = 0, beat = 0, lastBar = 0;

        music.Connected += name => preset = name;
        music.Beat += (b, i, section, tempo) => { bar = b; beat = i; };
        music.Bar += (b, section) => lastBar = b;
        music.Refused += (id, sentence) =>
        {
            if (id == "unity-1") early = sentence;
            else { refused = sentence; music.Save(); }
        };
        music.Saved += (id, json) => { saved = json; back = music.Restore(json); };
        music.Receipt += (id, what, reason) =>
        {
            if (id == hit && what == "finished") { status = what; music.Trigger("hitt"); }
            if (id == back && (what == "finished" || what == "failed" || what == "dropped")) restored = what;
        };
        music.Trigger("hit");                                  // there is no connection yet
        music.SetParameter("threat", 0f);                      // these wait for it
        music.SetState("place", "inn");
        enable();
        var clock = Stopwatch.StartNew();
        for (int frame = 0; (restored == "" || bar == 0) && clock.ElapsedMilliseconds < 15000;)
        {
            UnityEngine.Time.unscaledTime = clock.ElapsedMilliseconds / 1000f;
            update();
            if (preset != "" && frame < 10)
            {
                frame++;
                music.SetParameter("threat", value * frame / 10);
                if (frame == 10) hit = music.Trigger("hit", 0.5f);
            }
            late();
            Thread.Sleep(8);
        }
        GC.Collect();
        int before = GC.CollectionCount(0);
        for (int i = 0; i < 40000; i++)                        // 16 bytes in each would fill the nursery of 512 kB
        {
            music.SetParameter("threat", i % 2 == 0 ? 0.25f : value);
            late();
            if (i % 100 == 0) update();
        }
        int collections = GC.CollectionCount(0) - before;
        disable();
        Console.WriteLine(
            $"{{\"preset\":\"{preset}\",\"beat\":{{\"position\":\"{bar}.{beat}.0\",\"bar\":{bar},\"beat\":{beat}}},"
            + $"\"receipt\":{{\"status\":\"{status}\",\"rule\":\"stingers.hit\"}},\"early\":\"{early}\","
            + $"\"refused\":\"{refused}\",\"saved\":{saved},\"restored\":{{\"status\":\"{restored}\"}},"
            + $"\"last_bar\":{lastBar},\"collections\":{collections}}}");
        return 0;
    }

    static Action Method(Adaptive music, string name) =>
        (Action)Delegate.CreateDelegate(typeof(Action), music, typeof(Adaptive).GetMethod(name, Hidden));
}
