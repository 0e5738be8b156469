# Compiles the worker and keeps it running: a candidate that ends the process costs itself and a start.
# Argument: the folder of the worker. CLASS_PATH holds the jars of the tests.
folder=$1
javac -nowarn -proc:none -d "$folder/classes" -cp "$CLASS_PATH" "$folder"/*.java || exit 1
starts=0
while [ "$starts" -lt 2000 ] && [ ! -e "$folder/stop" ]; do
  starts=$((starts + 1))
  java -Xmx768m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -cp "$folder/classes:$CLASS_PATH" patchwright.Worker "$folder" || :
  [ -e "$folder/ready.json" ] || exit 1
done
