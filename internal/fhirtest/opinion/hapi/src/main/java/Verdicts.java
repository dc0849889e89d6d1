import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/**
 * Verdicts validates each line of a file of JSON lines {"name": …, "resource": text} with HAPI's validator of R4 instances and writes
 * JSON lines {"name": …, "valid": …, "errors": [{"severity": …, "location": …, "message": …, "id": …}]} to standard output, in the same order.
 */
public final class Verdicts {
  public static void main(String[] args) throws IOException {
    FhirContext context = FhirContext.forR4();
    FhirInstanceValidator instances = new FhirInstanceValidator(new ValidationSupportChain(
        new DefaultProfileValidationSupport(context),
        new CommonCodeSystemsTerminologyService(context),
        new InMemoryTerminologyServerValidationSupport(context)));
    instances.setAnyExtensionsAllowed(true);
    instances.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    FhirValidator validator = context.newValidator().registerValidatorModule(instances);
    ObjectMapper json = new ObjectMapper();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      @SuppressWarnings("unchecked")
      Map<String, String> mutant = json.readValue(line, Map.class);
      Map<String, Object> verdict = new LinkedHashMap<>();
      verdict.put("name", mutant.get("name"));
      List<Map<String, String>> errors = new ArrayList<>();
      try {
        for (SingleValidationMessage message : validator.validateWithResult(mutant.get("resource")).getMessages()) {
          switch (message.getSeverity()) {
            case ERROR, FATAL -> errors.add(Map.of(
                "severity", message.getSeverity().getCode(),
                "location", String.valueOf(message.getLocationString()),
                "message", String.valueOf(message.getMessage()),
                "id", String.valueOf(message.getMessageId())));
            default -> { }
          }
        }
      } catch (RuntimeException crash) { // a verdict too: a server built on it answers 500
        errors.add(Map.of("severity", "fatal", "location", "", "message", crash.toString(), "id", "crash"));
      }
      verdict.put("valid", errors.isEmpty());
      verdict.put("errors", errors);
      out.println(json.writeValueAsString(verdict));
    }
  }
}
