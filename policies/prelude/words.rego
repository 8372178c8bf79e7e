# Words that depend on numbers.
package portcullis.prelude.words

pods(1) := "1 pod"

pods(number) := sprintf("%d pods", [number]) if number != 1
