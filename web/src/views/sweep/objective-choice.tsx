import { OBJECTIVE_NAMES, OBJECTIVES, type Objective } from "./objectives";

interface ObjectiveChoiceProps {
  id: string;
  value: Objective;
  onChange: (objective: Objective) => void;
}

/** A choice of what points are judged by. */
export function ObjectiveChoice({ id, value, onChange }: ObjectiveChoiceProps) {
  return (
    <select id={id} value={value} onChange={(event) => onChange(event.target.value as Objective)}>
      {OBJECTIVE_NAMES.map((name) => (
        <option key={name} value={name}>
          {OBJECTIVES[name]}
        </option>
      ))}
    </select>
  );
}
