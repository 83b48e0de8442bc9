// Stands for the parts of UnityEngine that Adaptive.cs uses, so that Mono compiles and runs it.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace UnityEngine
{
    public class MonoBehaviour { }

    public class SerializeFieldAttribute : Attribute { }

    public class TooltipAttribute : Attribute { public TooltipAttribute(string text) { } }

    public static class Time { public static float unscaledTime; }

    // As Unity's: keys that the class does not have are left out, classes that are not told are made.
    public static class JsonUtility
    {
        public static T FromJson<T>(string text)
        {
            int i = 0;
            return (T)Fill(typeof(T), Read(text, ref i));
        }

        static object Fill(Type type, object value)
        {
            if (type == typeof(string)) return value as string ?? "";
            if (type == typeof(float)) return value is double number ? (float)number : 0f;
            object made = Activator.CreateInstance(type, true);
            var told = value as Dictionary<string, object> ?? new Dictionary<string, object>();
            foreach (FieldInfo field in type.GetFields())
                field.SetValue(made, Fill(field.FieldType, told.TryGetValue(field.Name, out object one) ? one : null));
            return made;
        }

        static char Next(string text, ref int i)
        {
            while (" ,:".IndexOf(text[i]) >= 0) i++;
            return text[i];
        }

        static object Read(string text, ref int i)
        {
            char first = Next(text, ref i);
            int from = i++;
            if (first == '{')
            {
                var found = new Dictionary<string, object>();
                while (Next(text, ref i) != '}') found[(string)Read(text, ref i)] = Read(text, ref i);
                i++;
                return found;
            }
            if (first == '[')
            {
                var found = new List<object>();
                while (Next(text, ref i) != ']') found.Add(Read(text, ref i));
                i++;
                return found;
            }
            if (first == '"')
            {
                var found = new StringBuilder();
                for (; text[i] != '"'; i++) found.Append(text[text[i] == '\\' ? ++i : i]);
                i++;
                return found.ToString();
            }
            while (i < text.Length && ",]}".IndexOf(text[i]) < 0) i++;
            string word = text.Substring(from, i - from);
            bool isNumber = double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
            return isNumber ? (object)number : null;
        }
    }
}
