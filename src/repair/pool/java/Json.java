package patchwright;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and writes JSON (RFC 8259) as maps, lists, strings, doubles, booleans and null. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        return new Json(text).value();
    }

    static String quote(String value) {
        StringBuilder out = new StringBuilder("\"");
        for (char each : value.toCharArray()) {
            if (each == '"' || each == '\\') out.append('\\').append(each);
            else if (each < ' ' || Character.isSurrogate(each)) out.append(String.format("\\u%04x", (int) each));
            else out.append(each);
        }
        return out.append('"').toString();
    }

    private Object value() {
        char first = next();
        switch (first) {
            case '{':
                Map<String, Object> map = new LinkedHashMap<>();
                for (char each = next(); each != '}'; each = next()) {
                    if (each == ',') each = next();
                    String key = string();
                    next();
                    map.put(key, value());
                }
                return map;
            case '[':
                List<Object> list = new ArrayList<>();
                for (char each = next(); each != ']'; each = next()) {
                    if (each != ',') at -= 1;
                    list.add(value());
                }
                return list;
            case '"':
                return string();
            default:
                int start = at - 1;
                while (at < text.length() && "+-.".indexOf(text.charAt(at)) >= 0
                        || at < text.length() && Character.isLetterOrDigit(text.charAt(at))) at++;
                String word = text.substring(start, at);
                if (word.equals("null")) return null;
                if (word.equals("true") || word.equals("false")) return word.equals("true");
                return Double.valueOf(word);
        }
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) at++;
        return text.charAt(at++);
    }

    /** The rest of a string whose first quote was read. */
    private String string() {
        StringBuilder out = new StringBuilder();
        for (char each = text.charAt(at++); each != '"'; each = text.charAt(at++)) {
            if (each != '\\') {
                out.append(each);
                continue;
            }
            char escaped = text.charAt(at++);
            int known = "bfnrt".indexOf(escaped);
            if (known >= 0) {
                out.append("\b\f\n\r\t".charAt(known));
            } else if (escaped == 'u') {
                out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                at += 4;
            } else {
                out.append(escaped);
            }
        }
        return out.toString();
    }
}
