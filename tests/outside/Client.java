import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a ministry writes on its first day, with Java's own client as it is: it asks each plain server for HTTP/2. */
public class Client {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] given) throws Exception {
        String origin = given[0];
        String form = "grant_type=client_credentials&client_id=" + encoded(given[1]) + "&client_secret=" + encoded(given[2]);
        HttpRequest asked = HttpRequest.newBuilder(URI.create(origin + "/oauth/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build();
        Matcher token = Pattern.compile("\"access_token\":\"([^\"]+)\"").matcher(sent(asked));
        if (!token.find()) {
            throw new IllegalStateException("no token");
        }
        String bearer = "Bearer " + token.group(1);
        // Three times, on the connection that is kept.
        for (int count = 0; count < 3; count++) {
            HttpRequest list = HttpRequest.newBuilder(URI.create(origin + "/v1/commitments?limit=3"))
                    .header("Authorization", bearer)
                    .build();
            System.out.println(sent(list));
        }
        HttpRequest move = HttpRequest.newBuilder(URI.create(origin + given[3]))
                .header("Authorization", bearer)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(given[4]))
                .build();
        System.out.println(sent(move));
    }

    private static String sent(HttpRequest request) throws Exception {
        HttpResponse<String> answer = CLIENT.send(request, BodyHandlers.ofString());
        System.err.println(request.method() + " " + request.uri().getPath() + " " + answer.statusCode() + " " + answer.version());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(answer.body());
        }
        return answer.body();
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
